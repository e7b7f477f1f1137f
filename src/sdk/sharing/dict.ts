import { decodeValue, encodeValue } from '../../protocol/clone.ts';
import { ask, bigOf, bytesOf, type Answer } from './ask.ts';

/** A value, and which version of its key it is. */
export interface Versioned<V> {
  readonly value: V;
  readonly rev: bigint;
}

/** Values by keys, with versions. */
export class Dict<V> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async get(key: string): Promise<Versioned<V> | null> {
    return versionOf<V>(await ask(this.#of('get', key)));
  }

  /**
   * Gives the new version. With `ifRev` only if that is the newest (0n: there is none), else RevisionConflictError. With `ttlMs` it
   * is gone after so long.
   */
  async put(
    key: string,
    value: V,
    options: { readonly ifRev?: bigint; readonly ttlMs?: number } = {},
  ): Promise<bigint> {
    const { ifRev, ttlMs } = options;
    const more = { ...(ifRev !== undefined && { ifRev: ifRev.toString() }), ...(ttlMs !== undefined && { ttlMs }) };
    return bigOf(await ask({ ...this.#of('put', key), value: encodeValue(value), ...more }), 'rev');
  }

  /** Whether there was one. */
  async delete(key: string, { ifRev }: { readonly ifRev?: bigint } = {}): Promise<boolean> {
    const more = ifRev === undefined ? {} : { ifRev: ifRev.toString() };
    return (await ask({ ...this.#of('delete', key), ...more }))['existed'] === true;
  }

  /** The version there is, then each newer one; null when it was deleted. Whoever is slow misses all but the newest. */
  async *watch(
    key: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Versioned<V> | null, void> {
    for (let seen = '0'; ;) {
      const answer = await ask({ ...this.#of('watch', key), seen }, signal === undefined ? {} : { signal });
      seen = String(answer['rev']);
      yield versionOf<V>(answer);
    }
  }

  #of(op: string, key: string): object {
    return { kind: 'dict', op, name: this.name, key };
  }
}

function versionOf<V>(answer: Answer): Versioned<V> | null {
  if (answer['value'] === null || answer['value'] === undefined) return null;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what writers of this dictionary write
  return { value: decodeValue(bytesOf(answer, 'value')) as V, rev: bigOf(answer, 'rev') };
}

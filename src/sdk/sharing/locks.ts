import { ask, askFor } from './ask.ts';

/** As of the Web Locks API (https://w3c.github.io/web-locks/). */
export interface LockOptions {
  /** `exclusive` where it is not given. */
  readonly mode?: 'exclusive' | 'shared';
  /** Gets null where it would have to wait. */
  readonly ifAvailable?: boolean;
  /** Takes it from whoever has it. */
  readonly steal?: boolean;
  readonly signal?: AbortSignal;
}

/** A lock while it is held. */
export interface Lock {
  readonly name: string;
  readonly mode: 'exclusive' | 'shared';
  /** Fencing token; 0n where it was not available. */
  readonly token: bigint;
  /** As of `Held`. */
  readonly lost: AbortSignal;
}

/** Runs `body` while it holds a lock, and releases it when the body's promise settles. */
async function request<R>(
  name: string,
  optionsOrBody: LockOptions | ((lock: Lock | null) => R),
  maybeBody?: (lock: Lock | null) => R,
): Promise<Awaited<R>> {
  const options = typeof optionsOrBody === 'function' ? {} : optionsOrBody;
  const body = typeof optionsOrBody === 'function' ? optionsOrBody : maybeBody;
  if (body === undefined) throw new TypeError('`locks.request` takes a function to run while the lock is held.');
  const { mode = 'exclusive', ifAvailable = false, steal = false, signal } = options;
  const order = { kind: 'locks', op: 'request', name, mode, ifAvailable, steal };
  const grant = await askFor(order, signal === undefined ? {} : { signal });
  if (grant === undefined) return await body(null);
  const { token, lost } = grant;
  try {
    return await body({ name, mode, token, lost });
  } finally {
    await ask({ kind: 'locks', op: 'release', name, token: token.toString() });
  }
}

/** Who holds and who waits. */
async function query(): Promise<{ readonly held: readonly unknown[]; readonly pending: readonly unknown[] }> {
  const { held, pending } = await ask({ kind: 'locks', op: 'query' });
  return { held: Array.isArray(held) ? held : [], pending: Array.isArray(pending) ? pending : [] };
}

/** Locks by name, in the style of the Web Locks API, shared by all threads and programs of an account. */
export const locks: { readonly request: typeof request; readonly query: typeof query } = { request, query };

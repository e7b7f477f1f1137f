import { encodeValue } from '../clone.ts';
import type { Call } from './lane.ts';

/** How many items the other end of a stream wants: it says so ahead, and the stream waits when it has not. */
export class Demand {
  #wanted = 0;
  #over = false;
  #wake: (() => void) | undefined;

  /** So many more; 0 says that none will be wanted any more. */
  add(items: number): void {
    this.#wanted += items;
    this.#over ||= items === 0;
    this.#wake?.();
  }

  /** Resolves when the next item is wanted: true; or when none ever will be: false. */
  async take(): Promise<boolean> {
    while (this.#wanted === 0 && !this.#over)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#over) return false;
    this.#wanted -= 1;
    return true;
  }
}

/**
 * What a thread's function gives, encoded, when it is there. Where it `streams` its items go to `send`, one by one as they are wanted, until
 * they end or none is wanted any more. Throws what iterating or `send` throws, and what cannot be sent.
 */
export async function encodeGiven(
  { exportName, streams }: Pick<Call, 'exportName' | 'streams'>,
  given: unknown,
  demand: Demand,
  send: (item: unknown) => void,
): Promise<Buffer> {
  const result = await given;
  if (!streams && isGenerator(result)) {
    const message = `${exportName} gives a generator, which cannot be sent: take its items with \`stream\`.`;
    throw new DOMException(message, 'DataCloneError');
  }
  if (!streams) return encodeValue(result);
  if (!isIterable(result)) throw new TypeError(`${exportName} gives nothing to iterate over.`);
  for await (const item of result) {
    if (!(await demand.take())) break;
    send(item);
  }
  return encodeValue(undefined);
}

function isGenerator(value: unknown): boolean {
  return isIterable(value) && 'next' in value && typeof value.next === 'function';
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

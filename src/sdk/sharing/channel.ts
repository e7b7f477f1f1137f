import { SharingError } from '../../model/sharing.ts';
import { decodeValue, encodeValue } from '../../protocol/clone.ts';
import { ask, bytesOf, type WaitOptions } from './ask.ts';

/** Values in order from whoever sends to whoever receives, each to one. Bounded: senders wait where it is full. */
export class Channel<T> implements AsyncIterable<T> {
  readonly name: string;
  readonly capacity: number;

  /** Capacity 0: a sender waits until somebody receives. */
  constructor(name: string, capacity = 16) {
    this.name = name;
    this.capacity = capacity;
  }

  /** Rejects with SharingError `closed`. Throws DataCloneError for what cannot be sent. */
  async send(value: T, options: WaitOptions = {}): Promise<void> {
    await ask({ ...this.#of('send'), value: encodeValue(value) }, options);
  }

  /** Rejects with SharingError `closed` when it is closed and empty. */
  async recv(options: WaitOptions = {}): Promise<T> {
    const item = await this.#next(options);
    if (item !== undefined) return item.value;
    throw new SharingError('closed', `The channel ${this.name} is closed, and everything that was sent is received.`);
  }

  /** Nothing more can be sent; what was, is still received. */
  async close(): Promise<void> {
    await ask(this.#of('close'));
  }

  /** Until it is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let item = await this.#next({}); item !== undefined; item = await this.#next({})) yield item.value;
  }

  async #next(options: WaitOptions): Promise<{ readonly value: T } | undefined> {
    const answer = await ask(this.#of('recv'), options);
    if (answer['type'] === 'closed') return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what senders of this channel send
    return { value: decodeValue(bytesOf(answer, 'value')) as T };
  }

  #of(op: string): object {
    return { kind: 'channel', op, name: this.name, capacity: this.capacity };
  }
}

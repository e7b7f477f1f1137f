import type { HeldAhead } from '../../budget/source-budget.ts';
import type { ReceiveRequest, StreamSource } from '../../source.ts';
import { Waiting } from '../waiting.ts';
import type { PartitionRead, PartitionRecord } from './records.ts';

/** What a partition is read for. */
export interface PartitionWays {
  /** Resolves when the broker knows that all before this offset is done. */
  commit(offset: bigint): Promise<void>;
  /** More of it may be read now, or from elsewhere. */
  changed(): void;
}

/** A partition that this member of the group has: what was read of it and waits, what is done, and where it is to be read next. No I/O of its own. */
export class Partition implements StreamSource<PartitionRecord> {
  readonly kind = 'stream';
  readonly readsAhead = true;
  readonly number: number;
  readonly #ways: PartitionWays;
  readonly #ahead: HeldAhead | undefined;
  #waiting: Waiting<PartitionRecord>;
  #next: bigint;
  #done: bigint;
  #aheadBytesMax = 0;
  batchBytesMax = 0;
  /** Nothing is read until whoever takes from it has seen what went wrong. */
  #broken = false;

  /** `from`: the first offset that is not done. `ahead` counts what waits here. */
  constructor(number: number, from: bigint, ways: PartitionWays, ahead?: HeldAhead) {
    this.number = number;
    this.#ahead = ahead;
    this.#waiting = new Waiting(ahead);
    this.#next = from;
    this.#done = from;
    this.#ways = ways;
  }

  /** The first offset that is not done. */
  get undone(): bigint {
    return this.#done;
  }

  /** How much of it may wait here, and be in a batch, bytes: the more partitions there are, the less. */
  share(aheadBytesMax: number, batchBytesMax: number): void {
    this.#aheadBytesMax = aheadBytesMax;
    this.batchBytesMax = batchBytesMax;
  }

  /** Where it is to be read; undefined while enough of it waits. */
  get wanted(): bigint | undefined {
    return this.#broken || this.#waiting.isFull(this.#aheadBytesMax) ? undefined : this.#next;
  }

  /** What was read from an offset; it counts where that is still the one that is wanted. */
  put(from: bigint, { records, next }: PartitionRead): void {
    if (from !== this.#next || this.#broken) return;
    for (const record of records) this.#waiting.put(record, record.bytes);
    this.#next = next;
  }

  /** The broker has no such offset any more, or has it no longer: it goes on at `from`. */
  moved(from: bigint): void {
    const words = `is not there any more: the broker has it from ${from} on`;
    this.#waiting.fail(
      new Error(`What was to be read of partition ${this.number}, at offset ${this.#next}, ${words}.`),
    );
    this.#broken = true;
    this.#done = from;
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly PartitionRecord[]> {
    const taken = await this.#waiting.take(max, waitMs, signal);
    if (taken.length > 0) this.#ways.changed();
    return taken;
  }

  rewind(): void {
    this.#waiting.fail(new Error('It is read again from what is not done.'));
    this.#waiting = new Waiting(this.#ahead);
    this.#next = this.#done;
    this.#broken = false;
    this.#ways.changed();
  }

  async done(records: readonly PartitionRecord[]): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    await this.#ways.commit(last.offset + 1n);
    this.#done = last.offset + 1n;
  }

  async close(): Promise<void> {
    this.#waiting.fail(new Error('It is not read any more.'));
  }
}

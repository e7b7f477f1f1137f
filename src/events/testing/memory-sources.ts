import type { QueueSource, ReceiveRequest, SourceRecord, StreamSource } from '../sources/source.ts';

/** A record whose wire is its id and its body. */
export function record(id: string, body = '{}', madeAt?: number): SourceRecord {
  return { id, wire: { messageId: id, body }, bytes: body.length + 50, ...(madeAt !== undefined && { madeAt }) };
}

/** A queue in memory, for tests of what takes from queues. What is not done comes again only by `returnAll`. */
export class MemoryQueue implements QueueSource {
  readonly kind = 'queue';
  readonly awayMs = 30_000;
  readonly finished: string[] = [];
  readonly keptAway: (readonly [string, number])[] = [];
  #there: SourceRecord[] = [];
  readonly #away: Map<string, SourceRecord> = new Map();
  readonly #lines: Set<() => void> = new Set();
  /** How many receive at the moment. */
  receiving = 0;
  receivingMost = 0;

  put(...records: readonly SourceRecord[]): void {
    this.#there.push(...records);
    for (const wake of this.#lines) wake();
  }

  returnAll(): void {
    const back = [...this.#away.values()];
    this.#away.clear();
    this.put(...back);
  }

  get left(): number {
    return this.#there.length + this.#away.size;
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly SourceRecord[]> {
    this.receiving += 1;
    this.receivingMost = Math.max(this.receivingMost, this.receiving);
    let waits = waitMs > 0;
    while (this.#there.length === 0 && waits && !signal.aborted)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#lines.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(() => {
          waits = false;
          wake();
        }, waitMs);
        this.#lines.add(wake);
        signal.addEventListener('abort', wake);
      });
    this.receiving -= 1;
    const taken = this.#there.splice(0, Math.min(max, 10));
    for (const each of taken) this.#away.set(each.id, each);
    return taken;
  }

  async done(items: readonly SourceRecord[]): Promise<void> {
    for (const { id } of items) if (this.#away.delete(id)) this.finished.push(id);
  }

  async keepAway(items: readonly SourceRecord[], ms: number): Promise<void> {
    for (const item of items) {
      this.keptAway.push([item.id, ms]);
      if (ms === 0 && this.#away.delete(item.id)) this.put(item);
    }
  }

  async close(): Promise<void> {}
}

/** Records in an order, in memory. */
export class MemoryStream implements StreamSource {
  readonly kind = 'stream';
  readonly finished: string[] = [];
  readonly #records: readonly SourceRecord[];
  #at = 0;
  #done = 0;
  #over: (() => void) | undefined;
  /** Resolves when all were received and are done. */
  readonly ended: Promise<void>;

  constructor(records: readonly SourceRecord[]) {
    this.#records = records;
    this.ended = new Promise((resolve) => (this.#over = resolve));
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly SourceRecord[]> {
    const found = this.#records.slice(this.#at, this.#at + max);
    this.#at += found.length;
    if (found.length === 0 && waitMs > 0 && !signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    return found;
  }

  rewind(): void {
    this.#at = this.#done;
  }

  async done(items: readonly SourceRecord[]): Promise<void> {
    for (const { id } of items) if (!this.finished.includes(id)) this.finished.push(id);
    this.#done = Math.max(this.#done, ...items.map((item) => this.#records.indexOf(item) + 1));
    if (this.finished.length === this.#records.length) this.#over?.();
  }

  async close(): Promise<void> {}
}

import { setTimeout as wait } from 'node:timers/promises';
import type { KV, KvWatchEntry } from '@nats-io/kv';
import type { QueuedIterator } from '@nats-io/transport-node';
import type { NatsLink } from './connection.ts';

/** Until a watch that ended begins again. */
const againMs = 500;

/** Watches a bucket: tells what there is, and each change; begins anew, with what there is, after the connection was lost and whenever it ends. Some things are told twice. */
export class BucketWatch implements Disposable {
  readonly #bucket: KV;
  readonly #onEntry: (entry: KvWatchEntry) => void;
  readonly #report: (error: unknown) => void;
  readonly #stopping = new AbortController();
  readonly #links: Disposable;
  #watching: QueuedIterator<KvWatchEntry> | undefined;
  /** Counts beginnings: only the last one goes on. */
  #begun = 0;

  /** `report`: told what goes wrong, also what `onEntry` throws; it mends itself. */
  constructor(link: NatsLink, bucket: KV, onEntry: (entry: KvWatchEntry) => void, report: (error: unknown) => void) {
    this.#bucket = bucket;
    this.#onEntry = onEntry;
    this.#report = report;
    this.#links = link.onChange((up) => void (up && this.again()));
    this.again();
  }

  /** Begins anew. */
  again(): void {
    this.#watching?.stop();
    this.#watching = undefined;
    if (!this.#stopping.signal.aborted) void this.#keepWatching(++this.#begun);
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
    this.#links[Symbol.dispose]();
    this.#begun++;
    this.#watching?.stop();
  }

  async #keepWatching(begun: number): Promise<void> {
    while (begun === this.#begun) {
      try {
        await this.#watch(begun);
      } catch (error) {
        if (begun === this.#begun) this.#report(error);
      }
      if (begun === this.#begun)
        await wait(againMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #watch(begun: number): Promise<void> {
    const entries = await this.#bucket.watch();
    if (begun !== this.#begun) return entries.stop();
    this.#watching = entries;
    for await (const entry of entries) {
      try {
        this.#onEntry(entry);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}

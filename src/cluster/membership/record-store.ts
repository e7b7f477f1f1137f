import type { KV, KvEntry } from '@nats-io/kv';
import type { HostId, HostRecord } from '../contract.ts';
import { untilAnswered } from '../nats/streams.ts';
import type { OwnRecord } from './own-record.ts';
import { remove, type Removal } from './removed.ts';
import { encodeRecord } from './stored-record.ts';

/** The bucket of hosts, as this process changes it: one change after the other, each until somebody answers. */
export class RecordStore {
  readonly #bucket: KV;
  readonly #process: string;
  readonly #own: OwnRecord;
  readonly #closing: AbortSignal;
  #last: Promise<unknown> = Promise.resolve();
  #isNone = false;

  constructor(bucket: KV, process: string, own: OwnRecord, closing: AbortSignal) {
    this.#bucket = bucket;
    this.#process = process;
    this.#own = own;
    this.#closing = closing;
  }

  async write(record: HostRecord): Promise<void> {
    // What is no host any more must not be taken for one again: it says on its way out that it drains.
    if (this.#isNone) return;
    await this.#inTurn(async () => {
      const revision = await this.#bucket.put(record.id, encodeRecord({ record, process: this.#process }));
      this.#own.wrote(revision);
    });
  }

  /** What is there of a host now; undefined where there is nothing. */
  async read(id: HostId): Promise<KvEntry | undefined> {
    return (await this.#bucket.get(id)) ?? undefined;
  }

  /** This process's host is another's, or gone for good: its record is not written from now on. */
  isNone(): void {
    this.#isNone = true;
  }

  async remove(id: HostId, removal: Removal): Promise<void> {
    await this.#inTurn(() => remove(this.#bucket, id, removal));
  }

  /** Resolves when all that was begun has ended. */
  async settled(): Promise<void> {
    await this.#last.catch(() => undefined);
  }

  async #inTurn(change: () => Promise<unknown>): Promise<void> {
    const before = this.#last;
    this.#last = (async () => {
      await before.catch(() => undefined);
      await untilAnswered(change, this.#closing);
    })();
    await this.#last;
  }
}

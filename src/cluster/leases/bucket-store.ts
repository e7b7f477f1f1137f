import type { KV, KvWatchEntry } from '@nats-io/kv';
import { ClusterUnavailableError } from '../contract.ts';
import { openBucket } from '../nats/buckets.ts';
import type { NatsLink } from '../nats/connection.ts';
import { asUnavailable, isConflict } from '../nats/unavailable.ts';
import { BucketWatch } from '../nats/watch-bucket.ts';
import { decodeEntry, encodeEntry, type LeaseEntry, type SeenEntry } from './entry.ts';
import { LeaseConflictError, type LeaseStore } from './lease-store.ts';
import { answerMs } from './times.ts';

const bucketName = 'heddle-leases';
/** A lease of this name is nobody's: it is written to see whether anything can be. */
const proofName = 'bucket-works';
const proof = encodeEntry({ host: undefined, epoch: undefined, holding: 'proof', attempt: 0 });

/** What the store is made from. */
export interface BucketStoreOptions {
  readonly link: NatsLink;
  readonly replicas: number;
  /** Told what goes wrong and mends itself. */
  readonly report: (error: unknown) => void;
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

/** Leases in a bucket of the cluster. */
export async function openLeaseStore(options: BucketStoreOptions): Promise<LeaseStore> {
  const { link, replicas, signal } = options;
  return new BucketStore(options, await openBucket(link, bucketName, { replicas, valueBytesMax: 1_024 }, signal));
}

class BucketStore implements LeaseStore {
  readonly #options: BucketStoreOptions;
  readonly #bucket: KV;
  #watching: BucketWatch | undefined;

  constructor(options: BucketStoreOptions, bucket: KV) {
    this.#options = options;
    this.#bucket = bucket;
  }

  async write(name: string, entry: LeaseEntry, expected: number): Promise<number> {
    this.#mustBeUp();
    try {
      // `update` refuses 0, which says that there must be none.
      const options = { previousSeq: expected, timeout: answerMs };
      return await this.#bucket.put(name, encodeEntry(entry), options);
    } catch (error) {
      if (isConflict(error)) throw new LeaseConflictError(`The lease ${name} is not at ${expected}.`, { cause: error });
      throw asUnavailable(error, `Writing the lease ${name}`);
    }
  }

  async read(name: string): Promise<SeenEntry | undefined> {
    this.#mustBeUp();
    try {
      const entry = await this.#bucket.get(name);
      return entry === null ? undefined : decodeEntry(entry.value, entry.revision);
    } catch (error) {
      throw asUnavailable(error, `Reading the lease ${name}`);
    }
  }

  async prove(): Promise<void> {
    this.#mustBeUp();
    try {
      await this.#bucket.put(proofName, proof, { timeout: answerMs });
    } catch (error) {
      throw asUnavailable(error, 'Writing what shows that leases can be written');
    }
  }

  watch(onEntry: (name: string, entry: SeenEntry) => void): void {
    const { link, report } = this.#options;
    this.#watching?.[Symbol.dispose]();
    const note = ({ operation, key, value, revision }: KvWatchEntry): void => {
      if (operation === 'PUT') onEntry(key, decodeEntry(value, revision));
    };
    this.#watching = new BucketWatch(link, this.#bucket, note, report);
  }

  async close(): Promise<void> {
    this.#watching?.[Symbol.dispose]();
  }

  /** What is written while no server is connected would be lost, and waited for. */
  #mustBeUp(): void {
    if (this.#options.link.up) return;
    throw new ClusterUnavailableError('No NATS server of the cluster is connected.');
  }
}

import type { ObjectStore } from '@nats-io/obj';
import { endLost } from '../../protocol/session/end-lost.ts';
import type { KeptThread, ThreadEndStore } from '../../store/contract.ts';
import { decodeThread, encodeThread } from '../../store/thread-end-format.ts';

/** What is needed of a store of objects. */
type ThreadBucket = Pick<ObjectStore, 'putBlob' | 'getBlob'>;

/**
 * Ends of detached threads, where each host finds them. Of one that runs it is kept that it was lost, until its end takes the place of that: whoever asks for it at the
 * next home, when its own is gone, is told so.
 */
export class KeptThreads implements ThreadEndStore {
  readonly #open: () => Promise<ThreadBucket>;
  #bucket: Promise<ThreadBucket> | undefined;

  /** `open` is called when something is first kept or asked for, and again where it failed. */
  constructor(open: () => Promise<ThreadBucket>) {
    this.#open = open;
  }

  async begun(account: string, id: string, name: string): Promise<void> {
    await this.put(account, id, { name, end: endLost(lost), parts: [] });
  }

  async put(account: string, id: string, thread: KeptThread): Promise<void> {
    const bucket = await this.#opened();
    await bucket.putBlob({ name: nameOf(account, id) }, Buffer.concat(encodeThread(thread)));
  }

  async get(account: string, id: string): Promise<KeptThread | undefined> {
    const bucket = await this.#opened();
    const bytes = await bucket.getBlob(nameOf(account, id));
    if (bytes === null) return undefined;
    return decodeThread(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #opened(): Promise<ThreadBucket> {
    if (this.#bucket !== undefined) return this.#bucket;
    const opening = this.#open();
    this.#bucket = opening;
    opening.catch(() => (this.#bucket = undefined));
    return opening;
  }
}

const lost = 'The host of the service that had this thread is gone, and what became of it was not kept.';

function nameOf(account: string, id: string): string {
  return `${account}/${id}`;
}

import type { ThreadEndStore } from '../../store/contract.ts';
import { ServedThread } from './served-thread.ts';

/** Threads that outlive their clients: those that run, and the ends of those that have ended. */
export class DetachedThreads {
  readonly #store: ThreadEndStore;
  readonly #running = new Map<string, ServedThread>();

  constructor(store: ThreadEndStore) {
    this.#store = store;
  }

  /** From now on it can be found; its end is kept when it comes. */
  add(account: string, thread: ServedThread): void {
    const key = `${account}/${thread.id}`;
    if (this.#running.has(key)) return;
    this.#running.set(key, thread);
    thread.onEnd(async (end) => {
      try {
        await this.#store.put(account, thread.id, { name: thread.name, end, parts: thread.parts });
        this.#running.delete(key);
      } catch {
        // What cannot be written, such as on a full disk, is kept here as long as this service runs.
      }
    });
  }

  async find(account: string, id: string): Promise<ServedThread | undefined> {
    const running = this.#running.get(`${account}/${id}`);
    if (running !== undefined) return running;
    const kept = await this.#store.get(account, id);
    if (kept === undefined) return undefined;
    return ServedThread.ofKept(id, kept);
  }
}

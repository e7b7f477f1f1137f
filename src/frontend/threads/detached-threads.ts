import type { ThreadEnd } from '../../protocol/session/session-messages.ts';
import type { ThreadEndStore } from '../../store/contract.ts';
import { ServedThread } from './served-thread.ts';

/** Threads that outlive their clients: those that run, and the ends of those that have ended. */
export class DetachedThreads {
  readonly #store: ThreadEndStore;
  readonly #onUnkept: (error: unknown) => void;
  readonly #keeping = new Set<Promise<boolean>>();
  readonly #running = new Map<string, ServedThread>();

  /** `onUnkept` is told why an end could not be written. */
  constructor(store: ThreadEndStore, onUnkept: (error: unknown) => void) {
    this.#store = store;
    this.#onUnkept = onUnkept;
  }

  /** From now on it can be found; its end is kept when it comes. */
  add(account: string, thread: ServedThread): void {
    const key = `${account}/${thread.id}`;
    if (this.#running.has(key)) return;
    this.#running.set(key, thread);
    thread.onEnd(async (end) => {
      const keeping = this.#keep(account, thread, end);
      this.#keeping.add(keeping);
      if (await keeping) this.#running.delete(key);
      this.#keeping.delete(keeping);
    });
  }

  /** Resolves when all ends that came are written, or cannot be. */
  async settled(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping);
  }

  /** What cannot be written, such as on a full disk, is kept here as long as this service runs. Gives whether it is written. */
  async #keep(account: string, thread: ServedThread, end: ThreadEnd): Promise<boolean> {
    try {
      await this.#store.put(account, thread.id, { name: thread.name, end, parts: thread.parts });
      return true;
    } catch (error) {
      this.#onUnkept(error);
      return false;
    }
  }

  async find(account: string, id: string): Promise<ServedThread | undefined> {
    const running = this.#running.get(`${account}/${id}`);
    if (running !== undefined) return running;
    const kept = await this.#store.get(account, id);
    if (kept === undefined) return undefined;
    return ServedThread.ofKept(id, kept);
  }
}

import type { ThreadEnd } from '../../protocol/session/session-messages.ts';
import type { ThreadEndStore } from '../../store/contract.ts';
import { ServedThread } from './served-thread.ts';

/** Threads that outlive their clients: those that run, and the ends of those that have ended. */
export class DetachedThreads {
  readonly #store: ThreadEndStore;
  readonly #onUnkept: (error: unknown) => void;
  readonly #keeping = new Map<ServedThread, Promise<boolean>>();
  readonly #running = new Map<string, ServedThread>();
  /** That they run is being written. */
  readonly #begun = new Map<ServedThread, Promise<void>>();

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
    if (this.#store.begun !== undefined && thread.end === undefined) {
      const begun = this.#store.begun(account, thread.id, thread.name).catch(this.#onUnkept);
      this.#begun.set(thread, begun);
      void begun.finally(() => this.#begun.delete(thread));
    }
    thread.onEnd(async (end) => {
      const keeping = this.#keep(account, thread, end);
      this.#keeping.set(thread, keeping);
      if (await keeping) this.#running.delete(key);
      this.#keeping.delete(thread);
    });
  }

  /** A role of an account was revoked: what runs by it ends. */
  revoked(account: string, role: string): void {
    for (const [key, thread] of this.#running) if (thread.role === role && key.startsWith(`${account}/`)) thread.kill();
  }

  /** Another host has taken over these accounts: what ran here for them is lost there, and ends here. */
  leave(isElsewhere: (account: string) => boolean, reason: Error): void {
    for (const [key, thread] of this.#running) if (isElsewhere(accountOf(key))) thread.kill(reason);
  }

  /** Whether some of these accounts run. */
  run(isMeant: (account: string) => boolean): boolean {
    return [...this.#running].some(([key, { end }]) => end === undefined && isMeant(accountOf(key)));
  }

  /** Resolves when all ends that came are written, or cannot be. */
  async settled(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping.values());
  }

  /** Resolves when what is known of a thread by now is written, or cannot be. */
  async written(thread: ServedThread): Promise<void> {
    await this.#begun.get(thread);
    await this.#keeping.get(thread);
  }

  /** What cannot be written, such as on a full disk, is kept here as long as this service runs. Gives whether it is written. */
  async #keep(account: string, thread: ServedThread, end: ThreadEnd): Promise<boolean> {
    try {
      await this.#begun.get(thread);
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

function accountOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

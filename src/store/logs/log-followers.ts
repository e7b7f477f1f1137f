import type { LogEntry } from './contract.ts';

/** Entries that one follower may be behind; more are dropped for it. */
const behindMax = 1_000;

/** Somebody who follows a function's log. */
export interface Follower extends Disposable {
  /** What comes, in order, until the signal fires or the follower is disposed. */
  entries(): AsyncGenerator<LogEntry, void>;
}

/** Hands new entries to whoever follows. */
export class LogFollowers {
  readonly #byKey = new Map<string, Set<(entry: LogEntry) => void>>();

  tell(key: string, entry: LogEntry): void {
    for (const listener of this.#byKey.get(key) ?? []) listener(entry);
  }

  join(key: string, signal: AbortSignal): Follower {
    const waiting: LogEntry[] = [];
    let wake = (): void => undefined;
    let ended = signal.aborted;
    const end = (): void => {
      ended = true;
      wake();
    };
    const leave = this.#listen(key, (entry) => {
      if (waiting.length < behindMax) waiting.push(entry);
      wake();
    });
    signal.addEventListener('abort', end, { once: true });
    return {
      async *entries() {
        while (!ended) {
          const entry = waiting.shift();
          if (entry !== undefined) yield entry;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      [Symbol.dispose]: () => {
        leave();
        signal.removeEventListener('abort', end);
        end();
      },
    };
  }

  #listen(key: string, listener: (entry: LogEntry) => void): () => void {
    const listeners = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byKey.delete(key);
    };
  }
}

import type { LineName } from '../../store/durable/contracts/events.ts';

/** How long a destination that does not take what it is sent is not spoken of again, ms. */
const quietMs = 60_000;
const rememberedMax = 1_000;

/** Of which destinations it was said just now that they take nothing: a thousand results for the same one are one line of the log. */
export class Troubles {
  /** When it was said last, by account and destination; the oldest first. */
  readonly #saidMs: Map<string, number> = new Map();

  isNew({ account, line }: LineName, nowMs: number): boolean {
    const key = `${account}\0${line}`;
    const saidMs = this.#saidMs.get(key);
    // The clock may have been put back.
    if (saidMs !== undefined && nowMs >= saidMs && nowMs - saidMs < quietMs) return false;
    this.#saidMs.delete(key);
    this.#saidMs.set(key, nowMs);
    const [oldest] = this.#saidMs.keys();
    if (this.#saidMs.size > rememberedMax && oldest !== undefined) this.#saidMs.delete(oldest);
    return true;
  }
}

import { limits } from '../../model/limits.ts';
import type { PreparationCounts, PreparationReason, RefusalWhy } from '../../model/preparations.ts';

type Counted = Exclude<keyof PreparationCounts, 'refused'>;

/** What is counted of one function and one reason. */
export interface Counts extends PreparationCounts {
  readonly account: string;
  readonly functionName: string;
  readonly reason: PreparationReason;
}

type Writable = { -readonly [K in keyof Counts]: Counts[K] };
/** What is counted together. */
export type Named = Pick<Counts, 'account' | 'functionName' | 'reason'>;

/** Counts what was expected, prepared, used and wasted, by account, function and reason; of a bounded number of them. */
export class PreparationBook {
  readonly #entries: Map<string, Writable> = new Map();

  /** So many calls are expected. Only from then on anything else is counted of them. */
  asked(named: Named, count: number): void {
    this.#of(named).asked += count;
  }

  add(named: Named, what: Exclude<Counted, 'asked'>, count = 1): void {
    const entry = this.#entries.get(keyOf(named));
    if (entry !== undefined) entry[what] += count;
  }

  refused(named: Named, why: RefusalWhy, count: number): void {
    const entry = this.#entries.get(keyOf(named));
    if (entry !== undefined) entry.refused = { ...entry.refused, [why]: (entry.refused[why] ?? 0) + count };
  }

  /** The function is gone, and what was counted of it. */
  removed(account: string, functionName: string): void {
    for (const [key, entry] of this.#entries)
      if (entry.account === account && entry.functionName === functionName) this.#entries.delete(key);
  }

  all(): Counts[] {
    return Array.from(this.#entries.values(), (entry) => ({ ...entry }));
  }

  #of(named: Named): Writable {
    const { account, functionName, reason } = named;
    const key = keyOf(named);
    const known = this.#entries.get(key);
    // Who was expected last stands last.
    this.#entries.delete(key);
    const entry = known ?? {
      account,
      functionName,
      reason,
      asked: 0,
      found: 0,
      prepared: 0,
      used: 0,
      wasted: 0,
      refused: {},
    };
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= limits.preparationCountsMax) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }
}

/** Names what is counted together. */
export function keyOf({ account, functionName, reason }: Named): string {
  return `${account}\0${functionName}\0${reason}`;
}

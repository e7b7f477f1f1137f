import type { DatabaseSync } from 'node:sqlite';

/** What an account may have of occurrences that are not delivered yet. */
export interface OccurrenceLimits {
  /** Where it has as many, or as many bytes of them, its schedules stay due and make no more. */
  readonly countMax: number;
  readonly bytesMax: number;
  /** Of those that failed and wait to be tried again. They have half of the bytes, too, so that what fails does not hold up what does not. */
  readonly againMax: number;
}

/** How much there is of it, by account; the tables' triggers count. */
export class WaitingOccurrences {
  readonly #limits: OccurrenceLimits;
  readonly #of;
  readonly #full;

  constructor(database: DatabaseSync, limits: OccurrenceLimits) {
    this.#limits = limits;
    this.#of = database.prepare('SELECT * FROM firing_counts WHERE account = ?');
    this.#full = database.prepare('SELECT account FROM firing_counts WHERE count >= ? OR bytes >= ?');
  }

  /** Accounts whose schedules make no occurrences now. */
  full(): ReadonlySet<string> {
    const { countMax, bytesMax } = this.#limits;
    return new Set(this.#full.all(countMax, bytesMax).map(({ account }) => String(account)));
  }

  isFull(account: string): boolean {
    const { countMax, bytesMax } = this.#limits;
    const row = this.#of.get(account);
    return Number(row?.['count'] ?? 0) >= countMax || Number(row?.['bytes'] ?? 0) >= bytesMax;
  }

  /** Whether one more that failed may wait to be tried again. */
  mayWaitAgain(account: string): boolean {
    const { againMax, bytesMax } = this.#limits;
    const row = this.#of.get(account);
    return Number(row?.['again'] ?? 0) < againMax && Number(row?.['again_bytes'] ?? 0) < bytesMax / 2;
  }
}

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

type Row = Readonly<Record<string, SQLOutputValue>>;

/** A table with accounts in it, and what is due. */
export interface DueTable {
  readonly table: string;
  /** When it is due; there is an index over the account and this. */
  readonly due: string;
  /** What is read of it. */
  readonly columns: string;
}

/** What is due, accounts in turns: whose row was given last comes last the next time, however much of it waits. */
export class AccountTurns {
  readonly #nextAccount;
  readonly #first;
  readonly #rows;
  #last = '';

  constructor(database: DatabaseSync, { table, due, columns }: DueTable) {
    this.#nextAccount = database.prepare(
      `SELECT account FROM ${table} WHERE account > ? AND ${due} IS NOT NULL ORDER BY account LIMIT 1`,
    );
    this.#first = database.prepare(`SELECT min(${due}) AS at FROM ${table} WHERE account = ? AND ${due} IS NOT NULL`);
    this.#rows = database.prepare(
      `SELECT ${columns} FROM ${table} WHERE account = ? AND ${due} <= ? ORDER BY ${due} LIMIT ?`,
    );
  }

  /** When the first of all but these accounts is due. */
  nextAt(without: ReadonlySet<string>): number | undefined {
    let next: number | undefined;
    for (const account of this.#accounts('')) {
      const at = without.has(account) ? null : this.#first.get(account)?.['at'];
      if (typeof at === 'number' && at < (next ?? Infinity)) next = at;
    }
    return next;
  }

  /** Up to `limit` that are due, as many of each account; those of an account in their order. Fewer than there are, maybe, but one if there are any. */
  take(now: number, limit: number, without: ReadonlySet<string>): Row[] {
    const accounts = this.#withSomething(now, limit, without);
    const each = Math.ceil(limit / Math.max(1, accounts.length));
    const lists = accounts.map((account) => this.#rows.all(account, now, each));
    const taken: Row[] = [];
    for (let n = 0; n < each; n++)
      for (const [index, rows] of lists.entries()) {
        const row = rows[n];
        if (row === undefined || taken.length >= limit) continue;
        taken.push(row);
        this.#last = accounts[index] ?? '';
      }
    return taken;
  }

  #withSomething(now: number, limit: number, without: ReadonlySet<string>): readonly string[] {
    const found: string[] = [];
    for (const account of this.#accounts(this.#last)) {
      if (found.length >= limit) break;
      const at = without.has(account) ? null : this.#first.get(account)?.['at'];
      if (typeof at === 'number' && at <= now) found.push(account);
    }
    return found;
  }

  /** All of them once, those after one first. They are few, and their rows many. */
  *#accounts(after: string): Generator<string> {
    let wrapped = false;
    for (let account = after; ;) {
      const row = this.#nextAccount.get(account);
      const next = row === undefined ? undefined : String(row['account']);
      if (wrapped && (next === undefined || next > after)) return;
      if (next === undefined) {
        if (after === '') return;
        wrapped = true;
        account = '';
        continue;
      }
      yield next;
      account = next;
    }
  }
}

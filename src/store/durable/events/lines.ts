import type { DatabaseSync } from 'node:sqlite';
import type { EventOperations, EventRoom, LineName, LineSummary, LineTotals } from '../contracts/events.ts';
import { numberOf, textOf, type Row } from './rows.ts';

/** By how much what is known of a line changes. */
export interface LineChange {
  readonly depth: number;
  readonly bytes: number;
  readonly retrying: number;
  readonly succeeded: number;
  readonly failed: number;
}

const noChange: LineChange = { depth: 0, bytes: 0, retrying: 0, succeeded: 0, failed: 0 };
/** What is known of a line without events is kept for so long. */
const keepMs = 2_592_000_000; // 30 d

/** Lines and accounts with their sums, so that nobody has to count events. */
export class Lines {
  readonly #find;
  readonly #add;
  readonly #change;
  readonly #changeAccount;
  readonly #account;
  readonly #forget;
  readonly #busy;
  readonly #all;
  readonly #ofAccount;
  readonly #slice;
  readonly #name;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT id FROM event_lines WHERE account = ? AND name = ?');
    this.#add = database.prepare('INSERT INTO event_lines VALUES (NULL, ?, ?, 0, 0, 0, 0, 0, ?)');
    this.#change = database.prepare(
      `UPDATE event_lines SET depth = depth + ?, bytes = bytes + ?, retrying = retrying + ?, succeeded = succeeded + ?,
       failed = failed + ?, used_ms = max(used_ms, ?) WHERE id = ? RETURNING account`,
    );
    this.#changeAccount = database.prepare(
      `INSERT INTO event_accounts VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET events = events + excluded.events, bytes = bytes + excluded.bytes`,
    );
    this.#account = database.prepare('SELECT events, bytes FROM event_accounts WHERE account = ?');
    this.#forget = database.prepare('DELETE FROM event_lines WHERE depth = 0 AND used_ms < ?');
    this.#busy = database.prepare('SELECT account, name FROM event_lines WHERE depth > 0');
    const withOldest = `*, CASE WHEN depth > 0 THEN
       (SELECT accepted_ms FROM events WHERE line = event_lines.id ORDER BY id LIMIT 1) END AS oldest_ms FROM event_lines`;
    this.#all = database.prepare(`SELECT ${withOldest} WHERE (account, name) > (?, ?) ORDER BY account, name LIMIT ?`);
    this.#ofAccount = database.prepare(`SELECT ${withOldest} WHERE account = ? AND name > ? ORDER BY name LIMIT ?`);
    this.#slice = database.prepare(
      `SELECT instr(name, ':') > 0 AS destination, count(*) AS lines, max(id) AS last, sum(depth) AS depth, sum(bytes) AS bytes,
       sum(retrying) AS retrying, min(oldest_ms) AS oldest_ms
       FROM (SELECT ${withOldest} WHERE id > ? ORDER BY id LIMIT ?) GROUP BY destination`,
    );
    this.#name = database.prepare('SELECT account, name FROM event_lines WHERE id = ?');
  }

  find({ account, line }: LineName): number | undefined {
    const row = this.#find.get(account, line);
    return row === undefined ? undefined : numberOf(row, 'id');
  }

  nameOf(id: number): LineName {
    const row = this.#name.get(id);
    if (row === undefined) throw new Error(`There is no line ${id}.`);
    return { account: textOf(row, 'account'), line: textOf(row, 'name') };
  }

  findOrAdd({ account, line }: LineName, nowMs: number): number {
    return this.find({ account, line }) ?? Number(this.#add.run(account, line, nowMs).lastInsertRowid);
  }

  change(id: number, change: Partial<LineChange>, nowMs: number): void {
    const { depth, bytes, retrying, succeeded, failed } = { ...noChange, ...change };
    const row = this.#change.get(depth, bytes, retrying, succeeded, failed, nowMs, id);
    if (row !== undefined && depth !== 0) this.#changeAccount.run(textOf(row, 'account'), depth, bytes);
  }

  /** Why there is no room for one more event of the account, if so. */
  fullness(account: string, bytes: number, { eventsMax, bytesMax }: EventRoom): string | undefined {
    const row = this.#account.get(account);
    const events = numberOf(row, 'events');
    if (events >= eventsMax) return `${events} events of the account wait already, which is the most that may`;
    const held = numberOf(row, 'bytes');
    if (held + bytes <= bytesMax) return undefined;
    return `the events of the account that wait take ${held} bytes already; at most ${bytesMax} may be taken`;
  }

  busy(nowMs: number): readonly LineName[] {
    this.#forget.run(nowMs - keepMs);
    return this.#busy.all().map((row) => ({ account: textOf(row, 'account'), line: textOf(row, 'name') }));
  }

  summary({ account, after, max }: Parameters<EventOperations['summary']>[0]): readonly LineSummary[] {
    const name = after?.line ?? '';
    const rows =
      account === undefined ? this.#all.all(after?.account ?? '', name, max) : this.#ofAccount.all(account, name, max);
    return rows.map((row) => ({
      account: textOf(row, 'account'),
      line: textOf(row, 'name'),
      ...totalsIn(row),
      succeeded: numberOf(row, 'succeeded'),
      failed: numberOf(row, 'failed'),
    }));
  }

  totals(after: number, max: number): ReturnType<EventOperations['totals']> {
    const rows = this.#slice.all(after, max);
    const of = (destination: number): LineTotals => totalsIn(rows.find((row) => row['destination'] === destination));
    const lines = rows.reduce((sum, row) => sum + numberOf(row, 'lines'), 0);
    const last = Math.max(...rows.map((row) => numberOf(row, 'last')));
    return { functions: of(0), destinations: of(1), ...(lines === max && { next: last }) };
  }
}

function totalsIn(row: Row | undefined): LineTotals {
  const oldest = row?.['oldest_ms'];
  return {
    depth: numberOf(row, 'depth'),
    bytes: numberOf(row, 'bytes'),
    retrying: numberOf(row, 'retrying'),
    oldestMs: typeof oldest === 'number' ? oldest : undefined,
  };
}

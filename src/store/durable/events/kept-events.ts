import type { DatabaseSync } from 'node:sqlite';
import type { EndInput, KeptEvent, LineName, NewEvent, RetryInput, Taken, TakeInput } from '../contracts/events.ts';
import type { Lines } from './lines.ts';
import { bytesOf, numberOf, textOf, withAttempt, type Row } from './rows.ts';
import { rowBytes } from './schema.ts';

/** Of all that ended, so many are remembered. */
const endsMax = 20_000;
const interrupted = 'The service ended while it ran.';

/** How many bytes an event is counted as. */
export function bytesOfEvent({ payload, detail }: Pick<NewEvent, 'payload' | 'detail'>): number {
  return payload.length + detail.length + rowBytes;
}

/** Events by their lines, and what became of those that ended. */
export class KeptEvents {
  readonly #lines: Lines;
  readonly #insert;
  readonly #due;
  readonly #get;
  readonly #delete;
  readonly #retry;
  readonly #begin;
  readonly #over;
  readonly #ended;
  readonly #forget;
  readonly #first;

  constructor(database: DatabaseSync, lines: Lines) {
    this.#lines = lines;
    this.#insert = database.prepare(`INSERT INTO events VALUES (NULL, ?, ?, ?, ?, 0, 0, 0, ?, ?, '[]', ?)`);
    this.#due = database.prepare('SELECT id, due_ms FROM events WHERE line = ? ORDER BY due_ms, id LIMIT ?');
    this.#get = database.prepare('SELECT * FROM events WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM events WHERE id = ?');
    this.#retry = database.prepare(
      'UPDATE events SET due_ms = ?, runs = runs + 1, errors = ?, faults = ?, attempts = ? WHERE id = ?',
    );
    this.#begin = database.prepare('INSERT OR REPLACE INTO event_runs VALUES (?, ?)');
    this.#over = database.prepare('DELETE FROM event_runs WHERE event = ?');
    this.#ended = database.prepare('INSERT INTO event_ends VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#forget = database.prepare('DELETE FROM event_ends WHERE id <= ?');
    this.#first = database.prepare('SELECT id FROM events WHERE line = ? ORDER BY id LIMIT ?');
    this.#recover(database);
  }

  add(event: NewEvent): number {
    const { requestId, acceptedMs, detail, payload } = event;
    const line = this.#lines.findOrAdd(event, acceptedMs);
    const bytes = bytesOfEvent(event);
    this.#lines.change(line, { depth: 1, bytes }, acceptedMs);
    return Number(this.#insert.run(line, requestId, acceptedMs, acceptedMs, bytes, detail, payload).lastInsertRowid);
  }

  take({ nowMs, max, bytesMax, held, ...name }: TakeInput): Taken {
    const line = this.#lines.find(name);
    if (line === undefined) return { events: [], nextDueMs: undefined };
    const has = new Set(held);
    const rows = this.#due.all(line, max + held.length + 1).filter((row) => !has.has(numberOf(row, 'id')));
    const events: KeptEvent[] = [];
    let bytes = 0;
    for (const row of rows) {
      const dueMs = numberOf(row, 'due_ms');
      const full = events.length >= max || (events.length > 0 && bytes >= bytesMax);
      if (dueMs > nowMs || full) return { events, nextDueMs: dueMs };
      const event = this.#get.get(numberOf(row, 'id'));
      if (event === undefined) continue;
      events.push(eventOf(event, name));
      bytes += numberOf(event, 'bytes');
    }
    return { events, nextDueMs: undefined };
  }

  begin(id: number, atMs: number): void {
    this.#begin.run(id, atMs);
  }

  unbegin(id: number): void {
    this.#over.run(id);
  }

  retry({ id, dueMs, errors, faults, attempt }: RetryInput): void {
    this.#over.run(id);
    const row = this.#get.get(id);
    if (row === undefined) return;
    const retrying = textOf(row, 'attempts') === '[]' ? 1 : 0;
    this.#retry.run(dueMs, errors, faults, withAttempt(textOf(row, 'attempts'), attempt), id);
    this.#lines.change(numberOf(row, 'line'), { retrying }, attempt.atMs);
  }

  /** Gives whether it was there. */
  end({ id, endedMs, condition, attempt, next }: EndInput, succeeded: boolean): boolean {
    this.#over.run(id);
    const row = this.#get.get(id);
    if (row === undefined) return false;
    this.#remove(row, succeeded ? { succeeded: 1 } : { failed: 1 }, endedMs);
    const before = textOf(row, 'attempts');
    const attempts = attempt === undefined ? before : withAttempt(before, attempt);
    const runs = numberOf(row, 'runs') + (attempt === undefined ? 0 : 1);
    const { account, line } = this.#lines.nameOf(numberOf(row, 'line'));
    const [requestId, acceptedMs] = [textOf(row, 'request_id'), numberOf(row, 'accepted_ms')];
    const end = this.#ended.run(account, line, requestId, acceptedMs, endedMs, condition, runs, attempts);
    this.#forget.run(Number(end.lastInsertRowid) - endsMax);
    for (const event of next) this.add(event);
    return true;
  }

  purge({ max, held, ...name }: LineName & { readonly max: number; readonly held: readonly number[] }): number {
    const line = this.#lines.find(name);
    if (line === undefined) return 0;
    const has = new Set(held);
    const ids = this.#first.all(line, max + held.length).map((row) => numberOf(row, 'id'));
    let purged = 0;
    for (const id of ids) {
      const row = has.has(id) ? undefined : this.#get.get(id);
      if (row === undefined || purged >= max) continue;
      this.#remove(row, {}, 0);
      purged += 1;
    }
    return purged;
  }

  #remove(row: Row, counted: { readonly succeeded?: 1; readonly failed?: 1 }, nowMs: number): void {
    this.#delete.run(numberOf(row, 'id'));
    const retrying = textOf(row, 'attempts') === '[]' ? 0 : -1;
    const change = { depth: -1, bytes: -numberOf(row, 'bytes'), retrying, ...counted };
    this.#lines.change(numberOf(row, 'line'), change, nowMs);
  }

  /** What ran when the process before this one died ran in vain. */
  #recover(database: DatabaseSync): void {
    database.exec('BEGIN IMMEDIATE');
    for (const run of database.prepare('SELECT * FROM event_runs').all()) {
      const row = this.#get.get(numberOf(run, 'event'));
      const atMs = numberOf(run, 'at_ms');
      if (row === undefined) this.#over.run(numberOf(run, 'event'));
      else
        this.retry({
          id: numberOf(row, 'id'),
          dueMs: numberOf(row, 'due_ms'),
          errors: numberOf(row, 'errors'),
          faults: numberOf(row, 'faults'),
          attempt: { atMs, error: interrupted },
        });
    }
    database.exec('COMMIT');
  }
}

function eventOf(row: Row, name: LineName): KeptEvent {
  return {
    ...name,
    id: numberOf(row, 'id'),
    requestId: textOf(row, 'request_id'),
    acceptedMs: numberOf(row, 'accepted_ms'),
    payload: bytesOf(row, 'payload'),
    detail: textOf(row, 'detail'),
    runs: numberOf(row, 'runs'),
    errors: numberOf(row, 'errors'),
    faults: numberOf(row, 'faults'),
  };
}

import type { DatabaseSync } from 'node:sqlite';
import type { EventReport, LineReports } from '../contracts/events.ts';
import type { Lines } from './lines.ts';
import { attemptsOf, numberOf, textOf, type Row } from './rows.ts';

/** What followed from an event goes under its request, too: a few, as long as nobody chooses the same id again and again. */
const reportsMax = 50;

/** What is known of events, for people: without their payloads. */
export class Reports {
  readonly #lines: Lines;
  readonly #waiting;
  readonly #gone;
  readonly #ofLine;
  readonly #failed;

  constructor(database: DatabaseSync, lines: Lines) {
    this.#lines = lines;
    const some = `request_id, accepted_ms, due_ms, attempts, runs, account, name,
      EXISTS (SELECT 1 FROM event_runs WHERE event = events.id) AS running
      FROM events JOIN event_lines ON event_lines.id = events.line`;
    this.#waiting = database.prepare(
      `SELECT ${some} WHERE request_id = ? AND account = ? ORDER BY events.id LIMIT ${reportsMax}`,
    );
    this.#gone = database.prepare(
      `SELECT *, line AS name FROM event_ends WHERE request_id = ? AND account = ? ORDER BY id LIMIT ${reportsMax}`,
    );
    this.#ofLine = database.prepare(`SELECT ${some} WHERE events.line = ? ORDER BY due_ms, events.id LIMIT ?`);
    // Through all ends that are remembered, 20,000 at most: people ask, and seldom.
    this.#failed = database.prepare(
      `SELECT *, line AS name FROM event_ends WHERE account = ? AND line = ? AND condition <> 'Success' ORDER BY id DESC LIMIT ?`,
    );
  }

  /** Oldest first. */
  find(account: string, requestId: string): readonly EventReport[] {
    const reports = [...this.#gone.all(requestId, account), ...this.#waiting.all(requestId, account)].map(reportOf);
    return reports.toSorted((a, b) => a.acceptedMs - b.acceptedMs);
  }

  ofLine(account: string, line: string, max: number): LineReports {
    const id = this.#lines.find({ account, line });
    const waiting = id === undefined ? [] : this.#ofLine.all(id, max);
    return { waiting: waiting.map(reportOf), failed: this.#failed.all(account, line, max).map(reportOf) };
  }
}

function reportOf(row: Row): EventReport {
  const ended = row['ended_ms'] === undefined;
  return {
    account: textOf(row, 'account'),
    line: textOf(row, 'name'),
    requestId: textOf(row, 'request_id'),
    acceptedMs: numberOf(row, 'accepted_ms'),
    ...(ended
      ? { dueMs: numberOf(row, 'due_ms') }
      : { endedMs: numberOf(row, 'ended_ms'), condition: textOf(row, 'condition') }),
    ...(row['running'] === 1 && { isRunning: true as const }),
    attempts: attemptsOf(textOf(row, 'attempts')),
    runs: numberOf(row, 'runs'),
  };
}

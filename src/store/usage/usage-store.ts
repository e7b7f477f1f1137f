import type { SQLOutputValue } from 'node:sqlite';
import { limits } from '../../model/limits.ts';
import type { UsageRecord } from '../../model/accounts/usage.ts';
import type { UsageStore } from '../contract.ts';
import { openBeside } from '../open-beside.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Rows of all accounts together, some hundred bytes each. */
const rowsMax = 1_000_000;

/** The beginning of the hour that a time is in. */
export function hourOf(wallMs: number): number {
  return Math.floor(wallMs / hourMs) * hourMs;
}

/**
 * Usage in SQLite, in a file beside the store's. Whoever has the store has the home, and this, to himself.
 */
export function openUsageStore(home: string): UsageStore {
  const database = openBeside(home, 'usage.sqlite');
  database.exec(`CREATE TABLE IF NOT EXISTS usage (
      account TEXT NOT NULL,
      function TEXT NOT NULL,
      from_ms INTEGER NOT NULL,
      requests INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      gb_seconds REAL NOT NULL,
      egress_bytes INTEGER NOT NULL,
      PRIMARY KEY (account, function, from_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS usage_by_time ON usage (from_ms);`);
  const sums =
    'requests = requests + excluded.requests, errors = errors + excluded.errors, ' +
    'gb_seconds = gb_seconds + excluded.gb_seconds, egress_bytes = egress_bytes + excluded.egress_bytes';
  const insert = database.prepare(`INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${sums}`);
  // `WHERE true`: without it, ON CONFLICT would be read as part of the SELECT.
  const toDays = database.prepare(
    `INSERT INTO usage SELECT account, function, from_ms / ${dayMs} * ${dayMs}, sum(requests), sum(errors), sum(gb_seconds), sum(egress_bytes)
     FROM usage WHERE from_ms < ? AND from_ms % ${dayMs} <> 0 GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET ${sums}`,
  );
  const removeHours = database.prepare(`DELETE FROM usage WHERE from_ms < ? AND from_ms % ${dayMs} <> 0`);
  const removeOld = database.prepare('DELETE FROM usage WHERE from_ms < ?');
  const beyond = database.prepare('SELECT from_ms FROM usage ORDER BY from_ms DESC LIMIT 1 OFFSET ?');
  const ofAccount = database.prepare(
    'SELECT * FROM usage WHERE account = ? AND from_ms >= ? AND from_ms < ? ORDER BY from_ms, function',
  );
  const ofAll = database.prepare(
    'SELECT * FROM usage WHERE from_ms >= ? AND from_ms < ? ORDER BY from_ms, account, function',
  );
  let boundedAt = 0;

  /** What is long ago is summed up by days, and goes at last. Once an hour. */
  function bound(newestMs: number): void {
    const hour = hourOf(newestMs);
    if (hour <= boundedAt) return;
    boundedAt = hour;
    // Whole days only: a day's first hour is where its sum will be.
    const daysBefore = Math.floor((newestMs - limits.usageHoursKeptMs) / dayMs) * dayMs;
    toDays.run(daysBefore);
    removeHours.run(daysBefore);
    removeOld.run(newestMs - limits.usageDaysKeptMs);
    const oldest = beyond.get(rowsMax)?.['from_ms'];
    if (oldest !== undefined) removeOld.run(Number(oldest) + 1);
  }

  return {
    add(records) {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { account, functionName, fromMs, requests, errors, gbSeconds, egressBytes } of records)
          insert.run(account, functionName, fromMs, requests, errors, gbSeconds, egressBytes);
        bound(records.reduce((newest, { fromMs }) => Math.max(newest, fromMs), 0));
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    read({ account, sinceMs, untilMs }) {
      const rows = account === undefined ? ofAll.all(sinceMs, untilMs) : ofAccount.all(account, sinceMs, untilMs);
      return rows.map(recordIn);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function recordIn(row: Record<string, SQLOutputValue>): UsageRecord {
  return {
    account: String(row['account']),
    functionName: String(row['function']),
    fromMs: Number(row['from_ms']),
    requests: Number(row['requests']),
    errors: Number(row['errors']),
    gbSeconds: Number(row['gb_seconds']),
    egressBytes: Number(row['egress_bytes']),
  };
}

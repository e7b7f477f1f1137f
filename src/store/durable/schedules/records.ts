import type { DatabaseSync } from 'node:sqlite';
import type { ScheduleCounts, ScheduleKey, ScheduleOperations } from '../contracts/schedules.ts';

const one = 'account = ? AND grp = ? AND name = ?';

/** What schedules have done, and what last went wrong. */
export function scheduleRecords(
  database: DatabaseSync,
): Pick<ScheduleOperations, 'counts' | 'countsOf' | 'noteFailure'> {
  const counted = database.prepare(
    `SELECT delivered, failed, missed, last_at, letters_lost, last_error, last_error_at FROM schedules WHERE ${one}`,
  );
  const waiting = database.prepare(`SELECT count(*) AS n FROM firings WHERE ${one}`);
  const note = database.prepare(
    `UPDATE schedules SET last_error = ?, last_error_at = ?, letters_lost = letters_lost + ? WHERE ${one}`,
  );
  const counts = ({ account, group, name }: ScheduleKey): ScheduleCounts => {
    const row = counted.get(account, group, name);
    const [lastAt, lastError, lastErrorAt] = [row?.['last_at'], row?.['last_error'], row?.['last_error_at']];
    return {
      delivered: Number(row?.['delivered'] ?? 0),
      failed: Number(row?.['failed'] ?? 0),
      missed: Number(row?.['missed'] ?? 0),
      lettersLost: Number(row?.['letters_lost'] ?? 0),
      waiting: Number(waiting.get(account, group, name)?.['n'] ?? 0),
      ...(typeof lastAt === 'number' && { lastAt }),
      ...(typeof lastError === 'string' &&
        typeof lastErrorAt === 'number' && { lastError: { text: lastError, at: lastErrorAt } }),
    };
  };
  return {
    counts,
    countsOf: (keys) => keys.map(counts),
    noteFailure: ({ key, text, at, letterLost }) =>
      void note.run(text, at, letterLost ? 1 : 0, key.account, key.group, key.name),
  };
}

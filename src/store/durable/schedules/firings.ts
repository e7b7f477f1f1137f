import type { DatabaseSync } from 'node:sqlite';
import type { ScheduleOperations } from '../contracts/schedules.ts';
import { lookingForDue } from './due.ts';
import { WaitingOccurrences, type OccurrenceLimits } from './waiting-occurrences.ts';

const one = 'account = ? AND grp = ? AND name = ?';

/** What schedules had to do and have not done yet. */
export function firings(
  database: DatabaseSync,
  most: OccurrenceLimits,
): Pick<ScheduleOperations, 'due' | 'advance' | 'take' | 'release' | 'done' | 'retry' | 'nextDue' | 'totals'> {
  const move = database.prepare(`UPDATE schedules SET next_at = ? WHERE ${one} AND next_at = ?`);
  const removeSchedule = database.prepare(`DELETE FROM schedules WHERE ${one} AND next_at = ?`);
  const missed = database.prepare(`UPDATE schedules SET missed = missed + ? WHERE ${one}`);
  const insert = database.prepare(
    `INSERT INTO firings (account, grp, name, target, execution_id, scheduled_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const release = database.prepare('UPDATE firings SET leased = 0, due_at = ? WHERE leased = 1');
  const remove = database.prepare('DELETE FROM firings WHERE id = ? RETURNING account, grp, name');
  const delivered = database.prepare(`UPDATE schedules SET delivered = delivered + 1, last_at = ? WHERE ${one}`);
  const failed = database.prepare(`UPDATE schedules SET failed = failed + 1, last_at = ? WHERE ${one}`);
  const whose = database.prepare('SELECT account, again FROM firings WHERE id = ?');
  const retry = database.prepare('UPDATE firings SET leased = 0, due_at = ?, again = 1 WHERE id = ?');
  const occurrences = new WaitingOccurrences(database, most);
  const sums = database.prepare(
    `SELECT total(schedules) AS schedules, total(planned) AS planned, total(delivered) AS delivered, total(failed) AS failed,
     total(missed) AS missed, total(waiting) AS depth,
     min((SELECT min(scheduled_at) FROM firings WHERE account = schedule_sums.account)) AS at
     FROM schedule_sums WHERE :account IS NULL OR account = :account`,
  );
  return {
    ...lookingForDue(database, occurrences),
    advance: (advances) => {
      for (const { key, expectedAt, nextAt, remove: ends, firings: due, missed: notMadeUp } of advances) {
        const at = [key.account, key.group, key.name] as const;
        // Those before it may have made as many as there may be: it stays due.
        if (due.length > 0 && occurrences.isFull(key.account)) continue;
        const { changes } = ends ? removeSchedule.run(...at, expectedAt) : move.run(nextAt ?? null, ...at, expectedAt);
        if (changes === 0) continue;
        if (notMadeUp > 0 && !ends) missed.run(notMadeUp, ...at);
        for (const { target, executionId, scheduledAt, dueAt } of due)
          insert.run(...at, JSON.stringify(target), executionId, scheduledAt, dueAt);
      }
    },
    release: (now) => Number(release.run(now).changes),
    done: ({ id, failed: hasFailed, at }) => {
      const row = remove.get(id);
      if (row === undefined) return;
      const key = [String(row['account']), String(row['grp']), String(row['name'])] as const;
      (hasFailed ? failed : delivered).run(at, ...key);
    },
    retry: ({ id, dueAt }) => {
      const row = whose.get(id);
      if (row === undefined) return true;
      if (Number(row['again']) === 0 && !occurrences.mayWaitAgain(String(row['account']))) return false;
      return retry.run(dueAt, id).changes > 0;
    },
    totals: (account) => {
      const of = { account: account ?? null };
      const sum = sums.get(of) ?? {};
      const at = sum['at'];
      return {
        schedules: Number(sum['schedules']),
        planned: Number(sum['planned']),
        delivered: Number(sum['delivered']),
        failed: Number(sum['failed']),
        missed: Number(sum['missed']),
        depth: Number(sum['depth']),
        ...(typeof at === 'number' && { oldestAt: at }),
      };
    },
  };
}

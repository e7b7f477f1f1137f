import type { DatabaseSync } from 'node:sqlite';
import type { EventOperations, EventPlace } from '../contracts/events.ts';
import { eventTimesAnew } from './planned-anew.ts';
import { attemptsOf, numberOf, textOf } from './rows.ts';

/** Plans anew what was planned by a clock that was wrong: what is due later than now, line by line, by the index that has it in its order. */
export function planning(database: DatabaseSync): Pick<EventOperations, 'planAnew'> {
  const nextLine = database.prepare('SELECT id FROM event_lines WHERE id > ? AND depth > 0 ORDER BY id LIMIT 1');
  const later = database.prepare(
    'SELECT id, due_ms FROM events WHERE line = ? AND due_ms >= ? AND (due_ms, id) > (?, ?) ORDER BY due_ms, id LIMIT ?',
  );
  const get = database.prepare('SELECT accepted_ms, due_ms, attempts FROM events WHERE id = ?');
  const change = database.prepare('UPDATE events SET accepted_ms = ?, due_ms = ?, attempts = ? WHERE id = ?');
  const used = database.prepare('UPDATE event_lines SET used_ms = :now WHERE used_ms > :now');
  const keys = database.prepare(
    `UPDATE event_keys SET claimed_ms = :now WHERE (account, function_name, key) IN
     (SELECT account, function_name, key FROM event_keys WHERE claimed_ms > :now LIMIT :max)`,
  );

  function one(id: number, nowMs: number): boolean {
    const row = get.get(id);
    if (row === undefined) return false;
    const times = { acceptedMs: numberOf(row, 'accepted_ms'), dueMs: numberOf(row, 'due_ms') };
    const anew = eventTimesAnew({ ...times, attempts: attemptsOf(textOf(row, 'attempts')) }, nowMs);
    if (anew === undefined) return false;
    change.run(anew.acceptedMs, anew.dueMs, JSON.stringify(anew.attempts), id);
    return true;
  }

  return {
    planAnew({ now, max, after }) {
      if (after === undefined) used.run({ now });
      const keysLeft = Number(keys.run({ now, max }).changes) === max;
      let at: EventPlace = after ?? { line: 0, dueMs: 0, id: 0 };
      let left = max;
      let changed = 0;
      while (left > 0) {
        const rows = later.all(at.line, now + 1, at.dueMs, at.id, left);
        for (const row of rows) if (one(numberOf(row, 'id'), now)) changed += 1;
        const last = rows.at(-1);
        left -= Math.max(1, rows.length);
        if (last !== undefined) at = { line: at.line, dueMs: numberOf(last, 'due_ms'), id: numberOf(last, 'id') };
        if (rows.length > 0) continue;
        const line = nextLine.get(at.line);
        if (line === undefined) return { changed, ...(keysLeft && { next: at }) };
        at = { line: numberOf(line, 'id'), dueMs: 0, id: 0 };
      }
      return { changed, next: at };
    },
  };
}

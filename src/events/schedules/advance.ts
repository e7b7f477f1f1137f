import { randomUUID } from 'node:crypto';
import type { Advance, NewPlan, PlannedSchedule, ScheduleRecord } from '../../store/durable/contracts/schedules.ts';
import { parseExpression } from './expressions/expression.ts';
import { dueOccurrences } from './due-occurrences.ts';
import { nextOccurrence } from './occurrences.ts';

/** When a schedule that was made or changed is due first, after a time. */
export function firstDue(record: ScheduleRecord, now: number): number | undefined {
  if (!record.enabled) return undefined;
  const expression = parseExpression(record.expression, record.timeZone);
  return nextOccurrence(expression, record, now);
}

/** What is to be done with a schedule that is due. `random` (0 to 1) puts occurrences off within the schedule's window. */
export function advanceOf({ record, nextAt: dueAt = 0 }: PlannedSchedule, now: number, random: () => number): Advance {
  const { account, group, name, target, catchUp, windowMinutes = 0, deletedAfter } = record;
  const expression = parseExpression(record.expression, record.timeZone);
  const { at, missed, nextAt } = dueOccurrences(expression, record, catchUp, dueAt, now);
  const windowMs = windowMinutes * 60_000;
  return {
    key: { account, group, name },
    expectedAt: dueAt,
    ...(nextAt !== undefined && { nextAt }),
    remove: deletedAfter && nextAt === undefined,
    missed,
    firings: at.map((scheduledAt) => ({
      target,
      executionId: randomUUID(),
      scheduledAt,
      dueAt: Math.max(now, scheduledAt + Math.floor(random() * windowMs)),
    })),
  };
}

/**
 * What becomes of a schedule because the clock was set; undefined: nothing. It was put back: what recurs is due when that comes next, be it that the schedule
 * was due at a later time or, by a wrong one, never again. Or it is, after that, where it was before: what was due until `passed` is not due again. What is due
 * once is due at its time, and what has been is over.
 */
export function planAnew({ record, nextAt }: PlannedSchedule, now: number, passed?: number): NewPlan | undefined {
  const { account, group, name } = record;
  if (!record.enabled || record.expression.startsWith('at(')) return undefined;
  const next = firstDue(record, passed ?? now);
  const sooner = next !== undefined && next < (nextAt ?? Number.POSITIVE_INFINITY);
  const wanted = passed === undefined ? sooner : nextAt !== undefined && nextAt <= passed;
  if (!wanted) return undefined;
  return {
    key: { account, group, name },
    ...(nextAt !== undefined && { expectedAt: nextAt }),
    ...(next !== undefined && { nextAt: next }),
  };
}

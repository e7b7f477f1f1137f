import type { CronExpression, ScheduleExpression } from './expressions/expression.ts';
import { nextOccurrence, type ScheduleSpan } from './occurrences.ts';
import { timesOfDay } from './expressions/times-of-day.ts';

/** What is due of a schedule: which occurrences are delivered, how many are not made up for, and when it is due next. */
export interface DueOccurrences {
  /** Oldest first. */
  readonly at: readonly number[];
  readonly missed: number;
  readonly nextAt: number | undefined;
}

/** So late an occurrence still counts as in time: the service was busy, not away. */
export const lateMsMax = 60_000;
/** So many occurrences are made up for, the newest. */
export const caughtUpMax = 1_000;
/** So many days of a cron are gone through one by one; of one that was away for longer only the newest are looked at. */
const daysMax = 400;

/** What a schedule that was due at `dueAt` has to do now. `missed` is a lower bound where that is more than a year ago. */
export function dueOccurrences(
  expression: ScheduleExpression,
  span: ScheduleSpan,
  catchUp: 'last' | 'all' | 'none',
  dueAt: number,
  now: number,
): DueOccurrences {
  const { count, newest, nextAt } = passed(expression, span, dueAt, now);
  const wanted = newest.filter((each, n) => {
    if (catchUp === 'all' || each > now - lateMsMax) return true;
    return catchUp === 'last' && n === newest.length - 1;
  });
  return { at: wanted, missed: count - wanted.length, nextAt };
}

/** Occurrences from `dueAt` until now: how many, the newest of them, and when the next is. */
interface Passed {
  readonly count: number;
  readonly newest: readonly number[];
  readonly nextAt: number | undefined;
}

function passed(expression: ScheduleExpression, span: ScheduleSpan, dueAt: number, now: number): Passed {
  if (dueAt > now) return { count: 0, newest: [], nextAt: dueAt };
  if (expression.kind === 'cron') return passedOfCron(expression, span, dueAt, now);
  const nextAt = nextOccurrence(expression, span, now);
  if (expression.kind === 'at') return { count: 1, newest: [dueAt], nextAt };
  const { everyMs } = expression;
  const first = nextOccurrence(expression, span, dueAt);
  const until = Math.min(now, span.endAt ?? now);
  const more = first === undefined || first > until ? 0 : Math.floor((until - first) / everyMs) + 1;
  const all = Math.min(more, caughtUpMax);
  const following = Array.from({ length: all }, (_, n) => (first ?? 0) + (more - all + n) * everyMs);
  return { count: more + 1, newest: [dueAt, ...following].slice(-caughtUpMax), nextAt };
}

/** Day by day: to ask croner for each of two weeks' minutes takes a hundred times as long. */
function passedOfCron(expression: CronExpression, span: ScheduleSpan, dueAt: number, now: number): Passed {
  const until = Math.min(now, span.endAt ?? now);
  let newest: number[] = [];
  let count = 0;
  let at: number | undefined = dueAt;
  for (let days = 1; at !== undefined && at <= now; days++) {
    const from: number = at;
    const day = timesOfDay(expression, from);
    const times = day.times.filter((time) => time > from && time <= until);
    count += 1 + times.length;
    newest = [...newest, from, ...times].slice(-caughtUpMax);
    const over = Math.max(from, Math.min(now, day.endAt - 1));
    at = nextOccurrence(expression, span, days === daysMax ? nearEnd(dueAt, over, count, now) : over);
  }
  return { count, newest, nextAt: at };
}

/** So long before now that rather more occurrences than are made up for come after it, at the pace until `at`. */
function nearEnd(dueAt: number, at: number, count: number, now: number): number {
  return Math.max(at, now - ((at - dueAt) / count) * caughtUpMax * 1.2);
}

import { Cron } from 'croner';
import { cronPattern, hasEveryHour, minutesOfDay } from './cron-fields.ts';
import { ExpressionError } from './expression-error.ts';

/** When something happens, again and again or once. */
export type ScheduleExpression =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'rate'; readonly everyMs: number }
  | CronExpression;

/** `everyHour`: no hour is meant. `minutesOfDay`: when it happens on a day on which it does and clocks are not changed, minutes from midnight. */
export interface CronExpression {
  readonly kind: 'cron';
  readonly cron: Cron;
  readonly timeZone: string;
  readonly everyHour: boolean;
  readonly minutesOfDay: readonly number[];
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const rateMsMax = 10 * 365 * 86_400_000;

/**
 * Reads `cron(minutes hours day-of-month month day-of-week year)`, `rate(5 minutes)` or `at(2027-01-31T09:00:00)` in a time zone of the IANA
 * database, as EventBridge Scheduler has them (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html). Throws ExpressionError.
 */
export function parseExpression(text: string, timeZone: string): ScheduleExpression {
  checkTimeZone(timeZone);
  const [, kind, inner = ''] = /^(cron|rate|at)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === 'cron') {
    const cron = cronOf(inner, timeZone);
    return { kind, cron, timeZone, everyHour: hasEveryHour(inner), minutesOfDay: minutesOfDay(inner) };
  }
  if (kind === 'rate') return { kind, everyMs: rateOf(inner) };
  if (kind === 'at') return { kind, at: instantOf(inner, timeZone) };
  throw new ExpressionError(
    `'${text.slice(0, 100)}' is no schedule; write cron(0 9 ? * MON-FRI *), rate(5 minutes) or at(2027-01-31T09:00:00).`,
  );
}

function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new ExpressionError(
      `'${timeZone.slice(0, 60)}' is no time zone that this machine knows; write one such as UTC or Europe/Berlin.`,
      { cause },
    );
  }
}

function cronOf(inner: string, timezone: string): Cron {
  try {
    return new Cron(cronPattern(inner), { timezone, mode: '7-part', alternativeWeekdays: true, paused: true });
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(
      `cron(${inner.slice(0, 100)}) has a field that cannot be read; there should be six: cron(minutes hours day-of-month month day-of-week year).`,
      { cause: error },
    );
  }
}

function rateOf(inner: string): number {
  const [, count = '', unit = ''] = /^\s*(\d{1,9})\s+(minute|hour|day)s?\s*$/.exec(inner) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (ms > 0 && ms <= rateMsMax) return ms;
  throw new ExpressionError(
    `rate(${inner.slice(0, 60)}) is no rate; write a whole number from 1 and minutes, hours or days, 10 years at most: rate(5 minutes).`,
  );
}

/** A time that the clocks there leave out is as much later as they are put forward; of one that they show twice it is the first. */
function instantOf(inner: string, timezone: string): number {
  const wrong = (cause?: unknown): ExpressionError =>
    new ExpressionError(
      `at(${inner.slice(0, 60)}) is no time; write at(yyyy-mm-ddThh:mm:ss), as in at(2027-01-31T09:00:00).`,
      {
        cause,
      },
    );
  const local = inner.trim();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(local)) throw wrong();
  // The calendar has no such day, or the day no such hour.
  const asUtc = new Date(`${local}Z`);
  if (Number.isNaN(asUtc.getTime()) || !asUtc.toISOString().startsWith(local)) throw wrong();
  // A day before any zone's own time: `nextRun` gives what comes after.
  const next = new Cron(local, { timezone, paused: true }).nextRun(new Date(asUtc.getTime() - 2 * 86_400_000));
  if (next === null) throw wrong();
  return next.getTime();
}

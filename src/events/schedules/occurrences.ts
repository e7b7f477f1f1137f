import type { Cron } from 'croner';
import type { ScheduleExpression } from './expressions/expression.ts';

/** When a schedule may have occurrences; milliseconds since the Unix epoch. */
export interface ScheduleSpan {
  /** Where a rate counts from: its first occurrence. */
  readonly anchorAt: number;
  readonly startAt?: number | undefined;
  readonly endAt?: number | undefined;
}

/** Rules that have none for so many candidates have none at all. */
const candidatesMax = 2_000;

/**
 * The first occurrence after a time, within the span; undefined: never again.
 *
 * Where clocks are put forward, an occurrence at a time that they leave out is skipped; where they are put back, one at a time that they show
 * twice happens the first time. Expressions that name no hour count on through both, and rates know no clocks: a day is 24 hours. As
 * EventBridge Scheduler has it.
 */
export function nextOccurrence(
  expression: ScheduleExpression,
  { anchorAt, startAt = -Infinity, endAt = Infinity }: ScheduleSpan,
  after: number,
): number | undefined {
  // An occurrence at the very start counts.
  const since = Math.max(after, startAt - 1);
  const at = nextAfter(expression, Math.max(anchorAt, startAt), since);
  return at === undefined || at > endAt ? undefined : at;
}

function nextAfter(expression: ScheduleExpression, anchorAt: number, after: number): number | undefined {
  if (expression.kind === 'at') return expression.at > after ? expression.at : undefined;
  if (expression.kind === 'cron') return nextOfCron(expression.cron, expression.everyHour, after);
  // Before its anchor, too: a clock that was put back may show a time before that at which a schedule was made.
  return anchorAt + (Math.floor((after - anchorAt) / expression.everyMs) + 1) * expression.everyMs;
}

function nextOfCron(cron: Cron, everyHour: boolean, after: number): number | undefined {
  let candidate = cron.nextRun(new Date(after));
  for (let n = 0; candidate !== null && n < candidatesMax; n++) {
    // croner moves what falls into a gap to the gap's end, where the expression does not match.
    if (cron.match(candidate) && (everyHour || !isRepeated(cron, candidate))) return candidate.getTime();
    candidate = cron.nextRun(candidate);
  }
  return undefined;
}

/** Whether clocks there have shown this time before. */
function isRepeated(cron: Cron, at: Date): boolean {
  const timeZone = cron.options.timezone;
  if (timeZone === undefined) return false;
  const shown = localTime(timeZone, at.getTime());
  // Clocks are put back by half an hour or an hour, and were by up to two.
  return [30, 60, 120].some((minutes) => localTime(timeZone, at.getTime() - minutes * 60_000) === shown);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, at: number): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  return format.format(at);
}

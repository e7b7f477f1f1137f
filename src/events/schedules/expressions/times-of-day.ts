import type { CronExpression } from './expression.ts';

const dayMs = 86_400_000;
/** Clocks are put forward or back by no more. */
const changeMsMax = 10_800_000; // 3 h

/** A day of a time zone; milliseconds since the Unix epoch. */
export interface TimesOfDay {
  /** When a cron that happens on this day does, in their order. */
  readonly times: readonly number[];
  /** When the next day begins. */
  readonly endAt: number;
}

/**
 * The day in which an occurrence lies, with all others that it has: what a day's date decides is decided by that one. As `nextOccurrence` has it: a time that clocks
 * leave out there is skipped, and one that they show twice happens the first time, unless no hour is meant. Of changes within thirty hours one is found.
 */
export function timesOfDay({ timeZone, minutesOfDay, everyHour }: CronExpression, at: number): TimesOfDay {
  const date = Math.floor((at + aheadOf(timeZone, at)) / dayMs) * dayMs;
  const about = date - aheadOf(timeZone, at);
  const [from, until] = [about - changeMsMax, about + dayMs + changeMsMax];
  const [before, after] = [aheadOf(timeZone, from), aheadOf(timeZone, until)];
  const changeAt = before === after ? until : changeBetween(timeZone, from, until);
  const shown = minutesOfDay.map((minute) => date + minute * 60_000);
  const first = shown.map((time) => time - before).filter((time) => time < changeAt);
  const then = shown.filter((time) => everyHour || time - before >= changeAt).map((time) => time - after);
  const endAt = date + dayMs - before < changeAt ? date + dayMs - before : Math.max(changeAt, date + dayMs - after);
  return { times: before === after ? first : [...first, ...then.filter((time) => time >= changeAt)], endAt };
}

/** The first moment, to the second, at which clocks show as much more as they do at the end. */
function changeBetween(timeZone: string, from: number, until: number): number {
  const after = aheadOf(timeZone, until);
  let [low, high] = [from, until];
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (aheadOf(timeZone, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** By how much clocks there show more than UTC, in whole seconds. */
function aheadOf(timeZone: string, at: number): number {
  if (timeZone === 'UTC') return 0;
  let format = formats.get(timeZone);
  if (format === undefined) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...numeric, second: 'numeric' });
    formats.set(timeZone, format);
  }
  const shown = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at / 1_000) * 1_000;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `'90s'`, `'15m'`, `'1h'`, `'30d'`, or a number of milliseconds. */
export type DurableTime = string | number;

/** Whole seconds, at least one: what executions count in. Throws TypeError for what is no time. */
export function secondsOf(time: DurableTime): number {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(String(time)) ?? [];
  const ms = typeof time === 'number' ? time : Number(count) * (units[unit] ?? Number.NaN);
  if (ms >= 0 && ms < 31_622_400_000) return Math.max(1, Math.ceil(ms / 1_000));
  throw new TypeError(
    `A time is such as '90s', '15m', '1h' or '30d', of at most 366 days; it is ${JSON.stringify(time)}.`,
  );
}

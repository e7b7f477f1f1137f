/** A span in the two largest units that it has: `3 h 20 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** How long ago something was: `now`, `4 s ago`. */
export function ago(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs;
  return ms < 1_500 ? 'now' : `${span(ms)} ago`;
}

/** `14:03:07` of today, else with its day, in the browser's time zone. */
export function timeOf(atMs: number, nowMs: number = Date.now()): string {
  const at = new Date(atMs);
  const time = at.toLocaleTimeString('en-GB');
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

/** `14:03:07.123`, in the browser's time zone. */
export function clockOf(atMs: number): string {
  const at = new Date(atMs);
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

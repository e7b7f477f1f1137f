/** What one notification was followed by, of one function, until the window after it was over. */
export interface Sighting {
  /** 0: it was not called. */
  readonly calls: number;
  /** Containers that served these calls: so many were of use at once. */
  readonly containers: number;
  /** Until the first of them, ms. */
  readonly delayMs: number;
  /** Whether it was called in as long a time before the notification; undefined where that was after another one. */
  readonly before: boolean | undefined;
}

/** What is to be expected of a function after a notification. */
export interface Forecast {
  /**
   * 0 … 1: how much likelier a call of it is after a notification than at any other time, of what would be possible. What is called all the time, or
   * by chance, is near 0.
   */
  readonly certainty: number;
  /** Containers for its calls; the first comes after `delayMs`, mostly, and nearly always within `withinMs`. */
  readonly count: number;
  readonly calls: number;
  readonly delayMs: number;
  readonly withinMs: number;
  /** After so many of so many notifications that are remembered it was called. */
  readonly followed: number;
  readonly notified: number;
}

/** Notifications that are remembered of one function: what it did before is forgotten. */
export const sightingsMax = 12;
/** Each counts so much less than the one after it. */
const decay = 0.85;
/** So many notifications that nothing followed are imagined beside those that were, lest one alone makes anything certain. */
const doubt = 0.5;
/** From this certainty on it is prepared for; and after so many notifications. */
const certaintyMin = 0.6;
const notifiedMin = 2;
/** A call is waited for so much longer than the latest took that is remembered, and at least so long, ms: where an instance has to be booted first, that takes some of it. */
const patience = 1.5;
const withinMsMin = 10_000;

/** The habit with what followed one more notification. Pure. */
export function learned(habit: readonly Sighting[], sighting: Sighting): readonly Sighting[] {
  return [...habit, sighting].slice(-sightingsMax);
}

/** Whether its function has not followed any notification that is remembered. */
export function isForgotten(habit: readonly Sighting[]): boolean {
  return habit.every(({ calls }) => calls === 0);
}

/** What is to be expected after the next notification, oldest first in `habit`. Pure. */
export function forecastOf(habit: readonly Sighting[]): Forecast {
  let [seen, hits, controls, befores] = [0, 0, 0, 0];
  const followed: (Sighting & { readonly weight: number })[] = [];
  for (const [n, sighting] of habit.entries()) {
    const weight = decay ** (habit.length - 1 - n);
    seen += weight;
    if (sighting.calls > 0) {
      hits += weight;
      followed.push({ ...sighting, weight });
    }
    if (sighting.before === undefined) continue;
    controls += weight;
    if (sighting.before) befores += weight;
  }
  const likely = hits / (seen + doubt);
  const anyway = controls === 0 ? 0 : befores / controls;
  const latestMs = followed.reduce((most, { delayMs }) => Math.max(most, delayMs), 0);
  return {
    certainty: anyway >= 1 ? 0 : Math.max(0, (likely - anyway) / (1 - anyway)),
    count: middle(followed, ({ containers }) => containers),
    calls: middle(followed, ({ calls }) => calls),
    delayMs: middle(followed, ({ delayMs }) => delayMs),
    withinMs: Math.max(withinMsMin, Math.ceil(latestMs * patience)),
    followed: followed.length,
    notified: habit.length,
  };
}

/** Whether a forecast is good enough to prepare for. */
export function isCertain({ certainty, count, notified }: Forecast): boolean {
  return count > 0 && notified >= notifiedMin && certainty >= certaintyMin;
}

/** The weighted median, of whole numbers. */
function middle<T extends { readonly weight: number }>(all: readonly T[], of: (one: T) => number): number {
  const half = all.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const one of all.toSorted((a, b) => of(a) - of(b))) {
    sum += one.weight;
    if (sum >= half) return Math.round(of(one));
  }
  return 0;
}

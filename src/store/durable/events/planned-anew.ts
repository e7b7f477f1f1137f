import { limits } from '../../../model/limits.ts';
import type { Attempt } from '../contracts/events.ts';

/** When what happened to an event; milliseconds since the Unix epoch. */
export interface EventTimes {
  readonly acceptedMs: number;
  readonly dueMs: number;
  readonly attempts: readonly Attempt[];
}

/**
 * The same by a clock that was put back: what happened later than now happened now, and a retry that was to come so long after that still does. Undefined
 * where nothing of it is later than it can be.
 */
export function eventTimesAnew({ acceptedMs, dueMs, attempts }: EventTimes, nowMs: number): EventTimes | undefined {
  const since = Math.max(...(attempts.length === 0 ? [acceptedMs] : attempts.map(lastOf)));
  const due = Math.min(dueMs - Math.max(0, since - nowMs), nowMs + limits.eventDelayMsMax);
  if (acceptedMs <= nowMs && since <= nowMs && due === dueMs) return undefined;
  return {
    acceptedMs: Math.min(acceptedMs, nowMs),
    dueMs: due,
    attempts: attempts.map(({ atMs, endedMs, ...attempt }) => ({
      ...attempt,
      atMs: Math.min(atMs, nowMs),
      ...(endedMs !== undefined && { endedMs: Math.min(endedMs, nowMs) }),
    })),
  };
}

function lastOf({ atMs, endedMs = atMs }: Attempt): number {
  return Math.max(atMs, endedMs);
}

import { withJump, withoutJumps, type ClockJump } from '../../model/clock-jumps.ts';
import { limits } from '../../model/limits.ts';
import { jumpMsMin } from './watched-clock.ts';

/**
 * A clock that is put back by less is corrected, as cron has it (cron(8) of Debian): times that it shows again are not due again, and recurring schedules wait
 * until it shows new ones. By more, it was wrong, and counts as it is now.
 */
export const correctionMsMax = 10_800_000; // 3 h

/** Nothing that has an age becomes older: messages are kept for 14 days at most, and events are tried for as long. */
const keptMsMax = limits.eventAgeMsMax;

/** What is known of the wall clock. All times are what it shows, milliseconds since the Unix epoch. */
export interface ClockState {
  /** What it showed when somebody looked at it last. */
  readonly wall: number;
  /** Until then schedules have had what was due. */
  readonly passed: number;
  /** It showed this, and was put back by much: should it be put forward to there again, what was due before was due already. */
  readonly mark?: number;
  readonly jumps: readonly ClockJump[];
  /** What has to be done because of that, and is not done to the end. */
  readonly plan?: ClockPlan;
}

/** What is to be planned anew. */
export type ClockPlan =
  /** All that is due later than it can be; recurring schedules, too, where `schedules` says so. */
  | { readonly kind: 'back'; readonly ms: number; readonly schedules: boolean }
  /** Recurring schedules, of which was due already what was due until then. */
  | { readonly kind: 'again'; readonly until: number };

/** What it is at the first look. */
export function newState(now: number): ClockState {
  return { wall: now, passed: now, jumps: [] };
}

/** The clock was set while the service ran: it would show `before`, and shows `now`. */
export function afterJump(state: ClockState, before: number, now: number): ClockState {
  if (now < before) return putBack({ ...state, passed: Math.max(state.passed, before) }, before - now, now);
  const jumps = withJump(state.jumps, { at: now, ms: now - before }, keptMsMax);
  return putForward({ ...state, jumps }, before, now);
}

/** The service starts: how long it was away nobody knows, but time does not go back. `undefined`: nobody has looked before. */
export function afterStart(known: ClockState | undefined, now: number): ClockState {
  if (known === undefined) return { ...newState(now), plan: { kind: 'back', ms: 0, schedules: true } };
  if (now < known.wall - jumpMsMin)
    return putBack({ ...known, passed: Math.max(known.passed, known.wall) }, known.wall - now, now);
  return putForward(known, known.wall, now);
}

function putBack(state: ClockState, ms: number, now: number): ClockState {
  const { passed, mark = passed, plan } = state;
  const anew = passed - now >= correctionMsMax || (plan?.kind === 'back' && plan.schedules);
  return {
    wall: now,
    passed: anew ? now : passed,
    ...(anew ? { mark: Math.max(mark, passed) } : state.mark !== undefined && { mark: state.mark }),
    jumps: withoutJumps(state.jumps, ms, now),
    plan: { kind: 'back', ms, schedules: anew },
  };
}

function putForward(state: ClockState, before: number, now: number): ClockState {
  const { mark, passed, jumps, plan } = state;
  const next = { wall: now, passed: Math.max(passed, before), jumps, ...(plan && { plan }) };
  if (mark === undefined || before > mark) return next;
  if (now < mark - correctionMsMax) return { ...next, mark };
  return { ...next, passed: Math.max(passed, mark), plan: { kind: 'again', until: mark } };
}

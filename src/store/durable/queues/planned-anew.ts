import { delayed, inFlight } from './schema.ts';

/** What SQS allows at most. */
const visibilityMsMax = 43_200_000; // 12 h
const delayMsMax = 900_000; // 15 min

/** When what happened to a message; milliseconds since the Unix epoch, or, for what is ready, its place. */
export interface MessageTimes {
  readonly state: number;
  readonly turn: number;
  readonly sentAt: number;
  readonly receivedAt: number | undefined;
  readonly firstReceivedAt: number | undefined;
}

/**
 * The same by a clock that was put back: what happened later than now happened now, and what was to be visible so long after that still is. Undefined
 * where nothing of it is later than it can be.
 */
export function messageTimesAnew(times: MessageTimes, now: number): MessageTimes | undefined {
  const { state, turn, sentAt, receivedAt, firstReceivedAt } = times;
  const anew = {
    state,
    turn: turnAnew(times, now),
    sentAt: Math.min(sentAt, now),
    receivedAt: receivedAt && Math.min(receivedAt, now),
    firstReceivedAt: firstReceivedAt && Math.min(firstReceivedAt, now),
  };
  const same =
    anew.turn === turn &&
    anew.sentAt === sentAt &&
    anew.receivedAt === receivedAt &&
    anew.firstReceivedAt === firstReceivedAt;
  return same ? undefined : anew;
}

function turnAnew({ state, turn, sentAt, receivedAt }: MessageTimes, now: number): number {
  if (state === inFlight) return dueAnew(turn, receivedAt ?? now, now, visibilityMsMax);
  if (state === delayed) return dueAnew(turn, sentAt, now, delayMsMax);
  return turn;
}

function dueAnew(dueAt: number, since: number, now: number, waitMsMax: number): number {
  return Math.min(dueAt - Math.max(0, since - now), now + waitMsMax);
}

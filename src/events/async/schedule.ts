import type { KeptEvent } from '../../store/durable/contracts/events.ts';

/** How often, how late and how long an event is tried again. */
export interface RetryRules {
  /** After its function failed. */
  readonly retriesMax: number;
  /** Before the first of these, the second, …; the last is that of all others. */
  readonly delaysMs: readonly number[];
  readonly ageMsMax: number;
}

/** Why an event is given up, in AWS's words. */
export type GivenUp = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** What becomes of an event that did not succeed. */
export type Next =
  | { readonly do: 'again'; readonly dueMs: number; readonly errors: number; readonly faults: number }
  | { readonly do: 'end'; readonly condition: GivenUp };

type Tried = Pick<KeptEvent, 'acceptedMs' | 'errors' | 'faults'>;

/** AWS's: a minute before the second attempt, two before the third. */
export const awsDelaysMs: readonly number[] = [60_000, 120_000];

/** AWS's, of what is throttled, or could not be run through no fault of its own. */
const backOffMsMin = 1_000;
export const backOffMsMax = 300_000;

/** How long whoever was turned away so many times waits before it tries again. */
export function backOff(times: number): number {
  return Math.min(backOffMsMax, backOffMsMin * 2 ** Math.min(times, 30));
}

/** Whether an event is not to be run any more, because it waited for too long. */
export function isTooOld(
  { acceptedMs }: Pick<Tried, 'acceptedMs'>,
  { ageMsMax }: Pick<RetryRules, 'ageMsMax'>,
  nowMs: number,
): boolean {
  return nowMs - acceptedMs > ageMsMax;
}

/** Its function failed. As on AWS, one that would be too old when its next turn comes is given up now. */
export function afterError(tried: Tried, { retriesMax, delaysMs, ageMsMax }: RetryRules, nowMs: number): Next {
  const errors = tried.errors + 1;
  if (errors > retriesMax) return { do: 'end', condition: 'RetriesExhausted' };
  const dueMs = nowMs + (delaysMs[Math.min(tried.errors, delaysMs.length - 1)] ?? 0);
  if (dueMs - tried.acceptedMs > ageMsMax) return { do: 'end', condition: 'EventAgeExceeded' };
  return { do: 'again', dueMs, errors, faults: 0 };
}

/** It could not be run, or the service lost it: that is no attempt of its function's. It has a last try when it comes of age. */
export function afterFault(tried: Tried, { ageMsMax }: Pick<RetryRules, 'ageMsMax'>, nowMs: number): Next {
  const endMs = tried.acceptedMs + ageMsMax;
  if (nowMs >= endMs) return { do: 'end', condition: 'EventAgeExceeded' };
  const dueMs = Math.min(endMs, nowMs + backOff(tried.faults));
  return { do: 'again', dueMs, errors: tried.errors, faults: tried.faults + 1 };
}

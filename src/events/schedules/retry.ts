import type { ScheduleTarget } from '../../store/durable/contracts/schedules.ts';

const pauseMsMin = 1_000;
const pauseMsMax = 300_000;
/** With what is added by chance. */
export const putOffMsMax: number = pauseMsMax * 1.25;

/** What becomes of an occurrence whose delivery failed. */
export type AfterFailure =
  | { readonly does: 'retry'; readonly at: number }
  | { readonly does: 'give up'; readonly why: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' };

/**
 * Tries again after pauses that double from a second to five minutes, as often and as long as the target allows. `attempts`: how often it was
 * tried; `random`: 0 to 1, so that what failed together is not tried again together.
 */
export function afterFailure(
  { retriesMax, ageSecondsMax }: Pick<ScheduleTarget, 'retriesMax' | 'ageSecondsMax'>,
  attempts: number,
  dueSince: number,
  now: number,
  random: number,
): AfterFailure {
  if (attempts > retriesMax) return { does: 'give up', why: 'MaximumRetryAttempts' };
  const pauseMs = Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(attempts - 1, 20));
  const at = now + Math.round(pauseMs * (0.75 + random / 2));
  if (at > dueSince + ageSecondsMax * 1_000) return { does: 'give up', why: 'MaximumEventAgeInSeconds' };
  return { does: 'retry', at };
}

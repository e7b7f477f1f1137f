import { limits } from '../../model/limits.ts';
import type { RetryRules } from './schedule.ts';

/** The tags of a function that say how its events are tried again, beyond what AWS's configuration can say. */
export const retryTags = {
  retries: 'heddle:event-retries',
  delays: 'heddle:event-delays',
  age: 'heddle:event-age',
} as const;

/** What they say, if they do. */
export type SaidRetries = Partial<RetryRules>;

/** A tag that cannot be meant. */
export class RetryTagError extends Error {
  override readonly name = 'RetryTagError';
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const delaysMax = 20;

/**
 * Reads `heddle:event-retries` (0 to 100), `heddle:event-delays` (`10s 1m 10m`: before the first retry, the second, and all others) and
 * `heddle:event-age` (`24h`). What cannot be meant is as if it was not said; `checkRetryTags` refuses it before.
 */
export function retriesOfTags(tags: Readonly<Record<string, string>>): SaidRetries {
  try {
    return checkRetryTags(tags);
  } catch (error) {
    if (error instanceof RetryTagError) return {};
    throw error;
  }
}

/** The same. Throws RetryTagError. */
export function checkRetryTags(tags: Readonly<Record<string, string>>): SaidRetries {
  const retries = tags[retryTags.retries];
  const delays = tags[retryTags.delays];
  const age = tags[retryTags.age];
  return {
    ...(retries !== undefined && { retriesMax: retriesIn(retries) }),
    ...(delays !== undefined && { delaysMs: delaysIn(delays) }),
    ...(age !== undefined && { ageMsMax: ageIn(age) }),
  };
}

function retriesIn(text: string): number {
  const retries = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  if (retries >= 0 && retries <= limits.eventRetriesMax) return retries;
  throw wrong(retryTags.retries, text, `a whole number from 0 to ${limits.eventRetriesMax}`);
}

function delaysIn(text: string): readonly number[] {
  const delays = text.trim().split(/\s+/).map(durationIn);
  const good = delays.every((delay) => delay !== undefined && delay <= limits.eventDelayMsMax);
  if (good && delays.length <= delaysMax) return delays.filter((delay) => delay !== undefined);
  throw wrong(
    retryTags.delays,
    text,
    `up to ${delaysMax} times with spaces between, such as "10s 1m 10m", of at most 24h each`,
  );
}

function ageIn(text: string): number {
  const age = durationIn(text.trim());
  if (age !== undefined && age >= limits.eventAgeMsMin && age <= limits.eventAgeMsMax) return age;
  throw wrong(retryTags.age, text, 'a time from 1m to 14d, such as 24h');
}

function durationIn(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return number === undefined || unit === undefined ? undefined : Number(number) * (units[unit] ?? 1);
}

function wrong(tag: string, text: string, should: string): RetryTagError {
  return new RetryTagError(`The tag ${tag} is '${text.slice(0, 100)}'; it should be ${should}.`);
}

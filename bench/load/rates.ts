import { functionFailed } from './connection.ts';
import type { Answers } from './plan.ts';
import { summarise, type Summary } from '../statistics.ts';

/** Answered, or, of what is not waited for, accepted. */
function isGood(status: number | undefined): boolean {
  return status === 200 || status === 202;
}

/** How many good answers came between two moments, a second. */
export function rateBetween(answers: Answers, fromMs: number, toMs: number): number {
  let count = 0;
  for (const [index, due] of answers.dueMs.entries()) {
    const at = due + (answers.latencyMs[index] ?? 0);
    if (isGood(answers.status[index]) && at >= fromMs && at < toMs) count += 1;
  }
  return count / ((toMs - fromMs) / 1_000);
}

/** Good answers in each whole second. */
export function rateBySecond(answers: Answers, seconds: number): readonly number[] {
  return Array.from({ length: seconds }, (_, second) => rateBetween(answers, second * 1_000, (second + 1) * 1_000));
}

const stepMs = 100;

/**
 * The moment from which `rate` was reached and held: the second that begins there and all that is left until `endMs` have it
 * on average. Milliseconds from the start; NaN if there is none.
 */
export function reachedMs(answers: Answers, rate: number, endMs: number): number {
  for (let fromMs = 0; fromMs + 1_000 <= endMs; fromMs += stepMs)
    if (rateBetween(answers, fromMs, fromMs + 1_000) >= rate && rateBetween(answers, fromMs, endMs) >= rate)
      return fromMs;
  return Number.NaN;
}

/** Latencies of the good answers to requests that were due from `fromMs` on; of one request of the plan or all. */
export function latencies(answers: Answers, fromMs = 0, request?: number): Summary {
  return summarise(
    answers.latencyMs.filter(
      (_, index) =>
        isGood(answers.status[index]) &&
        (answers.dueMs[index] ?? 0) >= fromMs &&
        (request === undefined || answers.request[index] === request),
    ),
  );
}

/** Answers that were not good, and requests that were not answered. */
export function failures(answers: Answers): number {
  return answers.status.filter((status) => !isGood(status)).length + answers.unanswered;
}

/** How many answers had which status, for a note: `200 × 512, 429 × 3`. */
export function statuses(answers: Answers): string {
  const counts = new Map<number, number>();
  for (const status of answers.status) counts.set(status, (counts.get(status) ?? 0) + 1);
  const names = new Map([
    [0, 'broken'],
    [functionFailed, 'function error'],
  ]);
  const parts = [...counts].map(([status, count]) => `${names.get(status) ?? status} × ${count}`);
  if (answers.unanswered > 0) parts.push(`unanswered × ${answers.unanswered}`);
  return parts.join(', ');
}

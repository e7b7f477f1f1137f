import { limits } from '../../model/limits.ts';
import type { Expectation, PreparationRefusal, RefusalWhy } from '../../model/preparations.ts';

/** What is looked at when calls are expected. */
export interface TakeInView {
  /** Calls that are expected. */
  readonly count: number;
  /** What a container for one takes, MB. */
  readonly memoryMb: number;
  /** Containers of the same code that are idle, or on their way to it, and that nobody expects to use yet. */
  readonly there: number;
  /** Of its function: calls that have not ended and are expected, and how many may run at once. */
  readonly functionCalls: number;
  readonly functionCallsMax: number;
  /** Of its account: the same … */
  readonly accountCalls: number;
  readonly accountCallsMax: number;
  /** … what both take, MB, and may take … */
  readonly accountMb: number;
  readonly accountMbMax: number;
  /** … and what it expects, and may expect at once. */
  readonly accountExpected: number;
  readonly accountExpectedMax: number;
  /** The same of all accounts. */
  readonly expected: number;
  readonly expectedMax: number;
  /** Memory that preparations may take now beside those that are under way, MB. */
  readonly spareMb: number;
}

export interface TakenIn {
  readonly taken: number;
  readonly refused: readonly PreparationRefusal[];
}

/** Decides how many of the calls that are expected are prepared for. Each limit refuses what is left beyond it, the narrowest reason first. */
export function takeIn(view: TakeInView): TakenIn {
  let taken = view.count;
  const refused: PreparationRefusal[] = [];
  const atMost = (most: number, why: RefusalWhy, message: string): void => {
    const count = taken - Math.max(0, Math.min(taken, Math.floor(most)));
    if (count === 0) return;
    taken -= count;
    refused.push({ count, why, message });
  };
  const { memoryMb, there } = view;
  atMost(
    view.functionCallsMax - view.functionCalls,
    'function-calls',
    `${view.functionCallsMax} calls of the function may run at once; ${view.functionCalls} are under way or expected.`,
  );
  atMost(
    view.accountCallsMax - view.accountCalls,
    'account-calls',
    `${view.accountCallsMax} calls of the account may run at once; ${view.accountCalls} are under way or expected.`,
  );
  atMost(
    view.accountExpectedMax - view.accountExpected,
    'account-limit',
    `An account may expect ${view.accountExpectedMax} calls at a time, and expects ${view.accountExpected} already.`,
  );
  atMost(
    view.expectedMax - view.expected,
    'service-limit',
    `The service prepares for ${view.expectedMax} calls at a time, and does so for ${view.expected} already.`,
  );
  // Those that are idle already take no more than they do.
  atMost(
    there + (view.accountMbMax - view.accountMb) / memoryMb,
    'account-memory',
    `The account may have ${view.accountMbMax} MB; ${view.accountMb} MB are taken or expected, and each container takes ${memoryMb} MB.`,
  );
  atMost(
    there + view.spareMb / memoryMb,
    'memory',
    `${Math.max(0, Math.floor(view.spareMb))} MB can be spared now, and each container takes ${memoryMb} MB.`,
  );
  return { taken, refused };
}

/** Throws RangeError for what is no number of calls, or no such time. */
export function checkExpectation({ count, withinMs }: Pick<Expectation, 'count' | 'withinMs'>): void {
  checkWhole('count', count, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('withinMs', withinMs, limits.expectedMsMin, limits.expectedMsMax);
}

function checkWhole(what: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${what} is ${value}; it has to be a whole number from ${min} to ${max}.`);
}

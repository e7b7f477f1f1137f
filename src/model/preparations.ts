import type { FunctionVersion } from './functions/function.ts';

/** Why containers are prepared: somebody said that calls will come, a notification that calls follow, or a call whose profile says so. */
export const preparationReasons = ['hint', 'trigger', 'profile'] as const;
export type PreparationReason = (typeof preparationReasons)[number];

/** Calls of a function that are expected, and for which containers are to be there before they come. */
export interface Expectation {
  readonly function: FunctionVersion;
  /** How many of them at once: so many containers. A positive integer. */
  readonly count: number;
  /** They come within this time, from now on, ms. What nobody has used by then is let go. */
  readonly withinMs: number;
  readonly reason: PreparationReason;
  /** They are threads of a module. */
  readonly thread?: true;
  /** Who makes the calls runs already: what is prepared is what the calls would have to do themselves in a moment, on the same processors. */
  readonly soon?: true;
  /** Told of each container that was prepared for it, once: a call has used it, or none has and it is gone. */
  readonly came?: (how: 'used' | 'wasted') => void;
}

/** Why fewer containers are prepared than calls are expected. */
export const refusalWhys = [
  /** The service prepares nothing: it is turned off, or stops. */
  'off',
  /** The function's calls are kept apart by tenants, and nobody knows whose will come. */
  'tenants',
  /** It was changed or removed meanwhile. */
  'replaced',
  /** Of the function no more calls may run at once. */
  'function-calls',
  /** Of the account no more calls may run at once. */
  'account-calls',
  /** The account's calls and preparations may not take more memory. */
  'account-memory',
  /** The account expects as many calls as it may. */
  'account-limit',
  /** All accounts together expect as many as they may. */
  'service-limit',
  /** The machine has not as much memory to spare. */
  'memory',
  /** Until its time was over, calls waited or needed the processors, or its call came first. */
  'busy',
  /** Its code could not be loaded. */
  'failed',
  /** There is no such function, or it cannot be called. */
  'no-function',
] as const;
export type RefusalWhy = (typeof refusalWhys)[number];

/** Whether a word is one of {@link refusalWhys}. */
export function isRefusalWhy(word: string): word is RefusalWhy {
  return refusalWhys.some((why) => why === word);
}

/** So many of the expected calls find nothing prepared. */
export interface PreparationRefusal {
  readonly count: number;
  readonly why: RefusalWhy;
  /** The same for people. */
  readonly message: string;
}

/** What comes of an {@link Expectation}: `taken` and the refused counts add up to its count. */
export interface PreparationAnswer {
  readonly taken: number;
  /** Of these, those for which a container is there already; the others are being prepared. */
  readonly ready: number;
  readonly refused: readonly PreparationRefusal[];
}

/** Containers, counted since the service has started. */
export interface PreparationCounts {
  /** Calls that were expected … */
  readonly asked: number;
  /** … of these, those for which an idle container was there already. */
  readonly found: number;
  /** Containers that were initialised ahead … */
  readonly prepared: number;
  /** … of these, those that a call has used … */
  readonly used: number;
  /** … and those that were let go, given back or lost before one has. */
  readonly wasted: number;
  /** Expected calls for which none was prepared, by why. */
  readonly refused: Readonly<Partial<Record<RefusalWhy, number>>>;
}

/** What was prepared of one function for one reason. */
export interface PreparationSnapshot extends PreparationCounts {
  readonly account: string;
  readonly functionName: string;
  readonly reason: PreparationReason;
  /** Calls that are still expected, and containers that are there for them, unused. */
  readonly expected: number;
  readonly ready: number;
}

import type { PlannedSlice, PlanSlice } from './planning.ts';

/** Which schedule: of an account, in a group. */
export interface ScheduleKey {
  readonly account: string;
  readonly group: string;
  readonly name: string;
}

/** What becomes of occurrences that were due while no service ran. */
export type CatchUp =
  /** The newest is made up for. */
  | 'last'
  /** Every one, up to a limit. */
  | 'all'
  /** None. */
  | 'none';

/** Where an occurrence is delivered, and what. */
export interface ScheduleTarget {
  readonly arn: string;
  readonly roleArn: string;
  readonly input?: string;
  readonly messageGroupId?: string;
  readonly deadLetterArn?: string;
  readonly retriesMax: number;
  readonly ageSecondsMax: number;
}

/** A schedule as it is kept. Times are milliseconds since the Unix epoch. */
export interface ScheduleRecord extends ScheduleKey {
  /** `cron(…)`, `rate(…)` or `at(…)`. */
  readonly expression: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  readonly startAt?: number;
  readonly endAt?: number;
  /** Each occurrence is put off by a random part of this. */
  readonly windowMinutes?: number;
  readonly target: ScheduleTarget;
  readonly description?: string;
  readonly kmsKeyArn?: string;
  readonly deletedAfter: boolean;
  readonly catchUp: CatchUp;
  /** Where a rate counts from. */
  readonly anchorAt: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Of the request that made it: the same once more is no conflict. */
  readonly clientToken?: string;
}

/** A schedule, and when it is due; undefined where it never is again. */
export interface PlannedSchedule {
  readonly record: ScheduleRecord;
  readonly nextAt?: number;
}

/** One occurrence of a schedule that has to be delivered. It outlives its schedule. */
export interface Firing {
  readonly id: number;
  readonly schedule: ScheduleKey;
  readonly target: ScheduleTarget;
  readonly executionId: string;
  /** When the expression says. */
  readonly scheduledAt: number;
  /** When it is to be delivered: later, with a flexible window. */
  readonly dueAt: number;
  /** How often it was begun, this time among them. */
  readonly attempts: number;
}

/** What is decided of a schedule that was due: its occurrences, and when it is due again. */
export interface Advance {
  readonly key: ScheduleKey;
  /** It is only done where the schedule is still due at that time: whoever changed it in the meantime has decided anew. */
  readonly expectedAt: number;
  readonly nextAt?: number;
  /** It has had its last occurrence, and goes. */
  readonly remove: boolean;
  readonly firings: readonly Omit<Firing, 'id' | 'schedule' | 'attempts'>[];
  /** Occurrences that are not made up for. */
  readonly missed: number;
}

/** A schedule is due at another time, because the clock was set. */
export interface NewPlan {
  readonly key: ScheduleKey;
  /** As in {@link Advance}. */
  readonly expectedAt?: number;
  readonly nextAt?: number;
}

/** An occurrence that waits, in the order in which they are due. */
export interface FiringPlace {
  readonly dueAt: number;
  readonly id: number;
}

/** How long an occurrence can be put off, by what put it off. */
export interface PutOff {
  readonly leaseMsMax: number;
  readonly pauseMsMax: number;
  readonly windowMsMax: number;
}

/** A group of schedules. */
export interface ScheduleGroup {
  readonly account: string;
  readonly name: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which schedules are asked for. Those after `after`, by group and name. */
export interface ScheduleQuery {
  readonly account: string;
  readonly group?: string;
  readonly prefix?: string;
  readonly enabled?: boolean;
  readonly after?: { readonly group: string; readonly name: string };
  readonly limit: number;
}

/** What a schedule has done. */
export interface ScheduleCounts {
  readonly delivered: number;
  readonly failed: number;
  /** Occurrences that were due while no service ran, or while the account had as many waiting as it may, and were not made up for. */
  readonly missed: number;
  readonly lastAt?: number;
  /** Occurrences that are not delivered yet. */
  readonly waiting: number;
  /** Occurrences that were given up and that their dead-letter queue did not take. */
  readonly lettersLost: number;
  /** What went wrong last, also where it is tried again. */
  readonly lastError?: { readonly text: string; readonly at: number };
}

/** What schedules there are, and what they have done together. */
export interface ScheduleTotals {
  readonly schedules: number;
  /** That are due some time. */
  readonly planned: number;
  readonly delivered: number;
  readonly failed: number;
  readonly missed: number;
  /** Occurrences that are not delivered yet. */
  readonly depth: number;
  /** When the oldest of those should have been. */
  readonly oldestAt?: number;
}

/** The part of the durable store that has schedules, and occurrences that are not delivered yet. */
export interface ScheduleOperations {
  /** Gives false where there is one of that name, or no such group. */
  create(schedule: PlannedSchedule): 'created' | 'exists' | 'no group' | 'too many';
  get(key: ScheduleKey): PlannedSchedule | undefined;
  /** Replaces one that is there; gives whether it is. */
  replace(schedule: PlannedSchedule): boolean;
  remove(key: ScheduleKey): boolean;
  list(query: ScheduleQuery): readonly PlannedSchedule[];
  counts(key: ScheduleKey): ScheduleCounts;
  /** The same of several, in their order. */
  countsOf(keys: readonly ScheduleKey[]): readonly ScheduleCounts[];
  /** An occurrence of it was not delivered; `letterLost`: and given up, and its dead-letter queue did not take it. */
  noteFailure(failure: {
    readonly key: ScheduleKey;
    readonly text: string;
    readonly at: number;
    readonly letterLost: boolean;
  }): void;

  /** Accounts in turns, and of each those that were due first; none of an account that has as many occurrences as it may. */
  due(until: { readonly now: number; readonly limit: number }): readonly PlannedSchedule[];
  /** A schedule whose account has as many occurrences as it may stays due. */
  advance(advances: readonly Advance[]): void;
  /** Of all accounts, in the order of their keys. */
  all(page: { readonly after: ScheduleKey | undefined; readonly limit: number }): readonly PlannedSchedule[];
  /** Gives how many it changed. */
  replan(plans: readonly NewPlan[]): number;
  /** After the clock was put back: occurrences that are due later than they can be. */
  planFiringsAnew(slice: PlanSlice<FiringPlace> & PutOff): PlannedSlice<FiringPlace>;
  /** Those that are due, accounts in turns, which are not given again before `leaseUntil`. */
  take(until: { readonly now: number; readonly limit: number; readonly leaseUntil: number }): readonly Firing[];
  /** After a start: what was under way when the service before this one ended is due again. */
  release(now: number): number;
  done(end: { readonly id: number; readonly failed: boolean; readonly at: number }): void;
  /** Gives false, and does nothing, where its account has as many already that are tried again as it may. */
  retry(again: { readonly id: number; readonly dueAt: number }): boolean;
  /** When an occurrence is due next, or a schedule whose account may have one more. */
  nextDue(): number | undefined;
  /** Of one account, or of all. */
  totals(account: string | undefined): ScheduleTotals;

  createGroup(group: ScheduleGroup): 'created' | 'exists' | 'too many';
  group(name: { readonly account: string; readonly name: string }): ScheduleGroup | undefined;
  groups(query: {
    readonly account: string;
    readonly prefix?: string;
    readonly after?: string;
    readonly limit: number;
  }): readonly ScheduleGroup[];
  /** With its schedules. */
  removeGroup(name: { readonly account: string; readonly name: string }): boolean;
  tagGroup(group: Pick<ScheduleGroup, 'account' | 'name' | 'tags'>): boolean;
}

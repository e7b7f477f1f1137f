import type { OrderRules } from '../../store/durable/contracts/sources.ts';
import type { BatchOutcome, SourceRecord } from './source.ts';

/** Records in their order that are tried together. */
export interface Segment<Item extends SourceRecord> {
  readonly items: readonly Item[];
  /** How often they failed. */
  readonly failures: number;
}

/** What is to be done after a segment was tried, and which segments are left, the next one first. */
export interface AfterTry<Item extends SourceRecord> {
  /** They are over, and never come again. */
  readonly done: readonly Item[];
  /** They are given up, and never come again; `why`, as AWS names it. */
  readonly givenUp?: { readonly items: readonly Item[]; readonly why: GivenUpWhy };
  readonly left: readonly Segment<Item>[];
  /** Before the next is tried, ms. */
  readonly pauseMs: number;
}

export type GivenUpWhy = 'RetryAttemptsExhausted' | 'MaximumRecordAgeExceeded';

const pauseMsMin = 200;
const pauseMsMax = 60_000;

/** `left`: what is behind the segment. */
export function afterTry<Item extends SourceRecord>(
  { items, failures }: Segment<Item>,
  left: readonly Segment<Item>[],
  outcome: BatchOutcome,
  rules: OrderRules,
  throttles: number,
  now: number,
): AfterTry<Item> {
  if (outcome.kind === 'ok') return { done: items, left, pauseMs: 0 };
  if (outcome.kind === 'throttled' || outcome.kind === 'stopping') {
    const old = tooOld(items, rules, now);
    if (old.length > 0) return giveUp(items, old.length, failures, left, 'MaximumRecordAgeExceeded');
    return { done: [], left: [{ items, failures }, ...left], pauseMs: pause(throttles) };
  }
  // In an order, what is behind the first that failed is not done, whatever the function says of it.
  const first = outcome.kind === 'some' ? items.findIndex(({ id }) => outcome.failed.has(id)) : 0;
  const done = items.slice(0, first);
  const rest = items.slice(first);
  const old = tooOld(rest, rules, now);
  if (old.length > 0) return { ...giveUp(rest, old.length, 0, left, 'MaximumRecordAgeExceeded'), done };
  // What was done is progress: the rest begins anew.
  const count = done.length > 0 ? 1 : failures + 1;
  if (rules.bisects && rest.length > 1) {
    const half = Math.ceil(rest.length / 2);
    const halves = [rest.slice(0, half), rest.slice(half)].map((each) => ({ items: each, failures: count - 1 }));
    return { done, left: [...halves, ...left], pauseMs: 0 };
  }
  if (rules.retriesMax !== -1 && count > rules.retriesMax)
    return { done, givenUp: { items: rest, why: 'RetryAttemptsExhausted' }, left, pauseMs: 0 };
  return { done, left: [{ items: rest, failures: count }, ...left], pauseMs: pause(count - 1) };
}

function giveUp<Item extends SourceRecord>(
  items: readonly Item[],
  count: number,
  failures: number,
  left: readonly Segment<Item>[],
  why: GivenUpWhy,
): AfterTry<Item> {
  const rest = items.slice(count);
  const behind = rest.length === 0 ? left : [{ items: rest, failures }, ...left];
  return { done: [], givenUp: { items: items.slice(0, count), why }, left: behind, pauseMs: 0 };
}

/** Those at the beginning that are older than they may be. */
function tooOld<Item extends SourceRecord>(
  items: readonly Item[],
  { ageSecondsMax }: OrderRules,
  now: number,
): readonly Item[] {
  if (ageSecondsMax === -1) return [];
  const young = items.findIndex(({ madeAt = now }) => now - madeAt <= ageSecondsMax * 1_000);
  return young === -1 ? items : items.slice(0, young);
}

function pause(times: number): number {
  return Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(times, 20));
}

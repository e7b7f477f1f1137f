import type { OrderRules } from '../../store/durable/contracts/sources.ts';
import { bytesOf, eventParts, gather, type GatherRules } from './gather.ts';
import { pauseFor } from './pause.ts';
import type { PollerOptions } from './queue-poller.ts';
import { afterTry, type GivenUpWhy, type Segment } from './segments.ts';
import type { SourceRecord, StreamSource } from './source.ts';
import { afterTrouble } from './trouble.ts';

const waitMs = 20_000;
/** Where memory is short, who found nothing looks again after so long, and does not wait for it. */
const shortMs = 1_000;

/** Told of records that are given up; what it throws holds them back, and it is told again. */
export type GiveUp = (items: readonly SourceRecord[], why: GivenUpWhy, failures: number) => Promise<void>;

/**
 * Takes the records of a source to its function in their order, one batch after the other, until `signal` fires: what fails is tried again, in
 * halves where that was asked for, and holds up what is behind it until it is done or given up.
 */
export async function readStream(
  source: StreamSource,
  options: PollerOptions,
  rules: OrderRules,
  giveUp: GiveUp,
): Promise<void> {
  const { mapping, signal } = options;
  const gathering = {
    batchSize: mapping.batchSize,
    windowMs: mapping.windowSeconds * 1_000,
    waitMs,
    ...(source.batchBytesMax !== undefined && { bytesMax: source.batchBytesMax }),
  };
  let troubles = 0;
  while (!signal.aborted) {
    try {
      using batch = await nextBatch(source, options, gathering);
      const { items } = batch;
      // Where the service stops nothing more is taken: it would be turned away, as fast as it came.
      if (items.length > 0 && !(await work(source, options, rules, giveUp, items))) return;
      troubles = 0;
    } catch (err) {
      if (signal.aborted) return;
      source.rewind();
      await afterTrouble(options, err, troubles);
      troubles += 1;
    }
  }
}

interface Batch extends Disposable {
  readonly items: readonly SourceRecord[];
}

/** The next batch, which counts as held until it is disposed of; an empty one where there was none. */
async function nextBatch(
  source: StreamSource,
  { holder, clock, signal }: PollerOptions,
  rules: GatherRules,
): Promise<Batch> {
  if (source.readsAhead === true) {
    // It was counted when it came, and may be taken in any case: that is what makes room.
    const items = await gather(source, rules, clock, signal);
    const bytes = bytesOf(items);
    holder.change(bytes);
    return { items, [Symbol.dispose]: () => holder.change(-bytes) };
  }
  const taking = await holder.begin(signal);
  try {
    const rulesNow = taking.mayWait ? rules : { ...rules, waitMs: 0 };
    const items = signal.aborted
      ? []
      : await gather(source, rulesNow, clock, taking.signal, (bytes) => taking.gathered(bytes));
    taking.taken(bytesOf(items));
    if (items.length === 0 && !taking.mayWait) await pauseFor(clock, shortMs, signal);
    return { items, [Symbol.dispose]: () => taking[Symbol.dispose]() };
  } catch (error) {
    taking[Symbol.dispose]();
    throw error;
  }
}

/** Gives whether more is to be taken. */
async function work(
  source: StreamSource,
  { runner, clock, signal }: PollerOptions,
  rules: OrderRules,
  giveUp: GiveUp,
  items: readonly SourceRecord[],
): Promise<boolean> {
  const { wanted } = runner.split(items);
  let segments: readonly Segment<SourceRecord>[] = eventParts(wanted).map((part) => ({ items: part, failures: 0 }));
  let throttles = 0;
  for (let [segment, ...left] = segments; segment !== undefined; [segment, ...left] = segments) {
    const outcome = await runner.run(segment.items);
    if (outcome.kind === 'stopping') return false;
    const after = afterTry(segment, left, outcome, rules, throttles, clock.wall());
    throttles = outcome.kind === 'throttled' ? throttles + 1 : 0;
    if (after.givenUp !== undefined) {
      await giveUp(after.givenUp.items, after.givenUp.why, segment.failures + 1);
      runner.counts.givenUp += after.givenUp.items.length;
    }
    segments = after.left;
    // All in front of what is left are over, also those that nobody wanted.
    const next = segments[0]?.items[0];
    const over = items.slice(0, next === undefined ? items.length : items.indexOf(next));
    if (over.length > 0) await source.done(over);
    if (signal.aborted) return false;
    if (after.pauseMs > 0) await pauseFor(clock, after.pauseMs, signal);
    if (signal.aborted) return false;
  }
  if (wanted.length === 0) await source.done(items);
  return true;
}

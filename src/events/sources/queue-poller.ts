import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { Holder } from './budget/source-budget.ts';
import type { RunsBatches } from './batch-runner.ts';
import { bytesOf, eventParts, gather, loopsApart } from './gather.ts';
import { pauseFor } from './pause.ts';
import type { QueueSource, SourceRecord } from './source.ts';
import { afterTrouble } from './trouble.ts';

/** Batches that are with the function at a time, where nothing is said. */
const concurrencyUsual = 32;
/** How long a receiver that is not alone waits for a first message before it goes, ms; and any where the source does not say. */
const waitMs = 20_000;
const pauseMsMax = 30_000;
/** Where memory is short, who found nothing looks again after so long, and does not wait for it. */
const shortMs = 1_000;

/** What a poller works with. */
export interface PollerOptions {
  readonly mapping: MappingRecord;
  readonly runner: RunsBatches;
  /** What this mapping has of what all may have. */
  readonly holder: Holder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Takes batches from a queue to its function until `signal` fires. It begins with one receiver; one whose batch was full calls for another, up
 * to what the mapping allows and to its share of all receivers, and one for which nothing came, or which others need, goes, but for the last. Resolves when all have ended, also where the service stops.
 */
export async function pollQueue(source: QueueSource, polling: PollerOptions): Promise<void> {
  const { mapping, holder } = polling;
  const stopping = new AbortController();
  const signal = AbortSignal.any([polling.signal, stopping.signal]);
  const options = { ...polling, signal, stop: () => stopping.abort() };
  const max = mapping.concurrencyMax ?? concurrencyUsual;
  const receivers = new Set<Promise<void>>();
  let count = 0;
  const crew: Crew = {
    add() {
      if (count >= max || signal.aborted || (count > 0 && !holder.mayAdd)) return;
      count += 1;
      const counted = holder.receiver();
      const receiver = receive(source, options, crew).finally(() => {
        counted[Symbol.dispose]();
        receivers.delete(receiver);
      });
      receivers.add(receiver);
    },
    // Counted at once: two that find nothing at the same time must not both go.
    mayGo: () => count > 1 && (count -= 1) > 0,
    isAlone: () => count === 1,
  };
  crew.add();
  while (receivers.size > 0) await Promise.race(receivers);
}

/** The receivers of a mapping, as one of them sees them. */
interface Crew {
  /** Another may be needed. */
  add(): void;
  /** Whether whoever asks is not needed any more; then he is not counted, and must go. */
  mayGo(): boolean;
  isAlone(): boolean;
}

interface ReceiverOptions extends PollerOptions {
  /** Nothing is run any more. */
  readonly stop: () => void;
}

async function receive(source: QueueSource, options: ReceiverOptions, crew: Crew): Promise<void> {
  const { mapping, runner, holder, clock, signal } = options;
  // What is gathered for longer than it stays away would come again meanwhile.
  const windowMs = Math.min(mapping.windowSeconds * 1_000, source.awayMs / 2);
  const rules = { batchSize: mapping.batchSize, windowMs };
  const aloneMs = source.aloneMs ?? waitMs;
  let failures = 0;
  while (!signal.aborted) {
    try {
      using taking = await holder.begin(signal);
      if (signal.aborted) return;
      const firstMs = !taking.mayWait ? 0 : crew.isAlone() ? aloneMs : waitMs;
      const items = await gather(source, { ...rules, waitMs: firstMs }, clock, taking.signal, (n) =>
        taking.gathered(n),
      );
      taking.taken(bytesOf(items));
      failures = 0;
      if (items.length === 0) {
        if (crew.mayGo()) return;
        if (!taking.mayWait) await pauseFor(clock, shortMs, signal);
        continue;
      }
      if (signal.aborted) return await source.keepAway(items, 0);
      // There may be more: somebody else looks while this one is with the function.
      crew.add();
      // The function has as long as if they had come just now.
      if (windowMs > 0) await source.keepAway(items, source.awayMs);
      const { wanted, dropped } = runner.split(items);
      if (dropped.length > 0) await source.done(dropped);
      for (const part of loopsApart(wanted, mapping).flatMap(eventParts)) await runPart(source, options, part);
      if (holder.hasTooMany && crew.mayGo()) return;
    } catch (err) {
      if (signal.aborted) return;
      await afterTrouble(options, err, failures);
      failures += 1;
    }
  }
}

/** A message that failed comes again when the time is over for which it stays away; one for which there was no capacity waits here, kept away meanwhile. */
async function runPart(
  source: QueueSource,
  { runner, clock, signal, stop }: ReceiverOptions,
  items: readonly SourceRecord[],
): Promise<void> {
  for (let times = 0; ; times++) {
    const outcome = await runner.run(items);
    if (outcome.kind === 'failed') return;
    if (outcome.kind === 'ok' || outcome.kind === 'some') {
      const failed = outcome.kind === 'some' ? outcome.failed : undefined;
      return await source.done(failed === undefined ? items : items.filter(({ id }) => !failed.has(id)));
    }
    if (outcome.kind === 'stopping') stop();
    if (signal.aborted) return await source.keepAway(items, 0);
    const pauseMs = Math.min(pauseMsMax, 250 * 2 ** Math.min(times, 10));
    await source.keepAway(items, pauseMs + source.awayMs);
    await pauseFor(clock, pauseMs, signal);
  }
}

import type { Logger } from 'pino';
import type { Clock } from '../../../model/clock.ts';
import type { PartClient } from '../../../store/durable/contracts/durable-store.ts';
import type { Attempt, EventOperations, KeptEvent, NewEvent } from '../../../store/durable/contracts/events.ts';

/** What becomes of an event on which was worked. */
export type Became =
  | { readonly kind: 'end'; readonly condition: string; readonly attempt?: Attempt; readonly next: readonly NewEvent[] }
  | {
      readonly kind: 'again';
      readonly dueMs: number;
      readonly errors: number;
      readonly faults: number;
      readonly attempt: Attempt;
    };

export interface WriteOptions {
  readonly store: PartClient<EventOperations>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What cannot be written down, or read, because the disk is full or broken is tried again after so long. */
export const brokenMs = 5_000;

/**
 * Writes down what became of an event, as long as it takes where the disk is full or broken: given back, it would be worked on
 * again at once, and again; unless the service stops: then it is worked on again by the next.
 * Without an `fsync`: what is lost by a power cut is done twice, which may be in any case.
 */
export async function writeDown(
  { id, requestId }: KeptEvent,
  became: Became,
  { store, clock, logger }: WriteOptions,
  stopped: () => boolean,
): Promise<void> {
  for (;;)
    try {
      if (became.kind === 'again') await store.retry({ id, ...became }, 'process');
      else await store.end({ id, endedMs: Math.floor(clock.wall()), ...became }, 'process');
      return;
    } catch (err) {
      logger.error({ err, requestId }, 'What became of an event could not be written down.');
      if (stopped()) return;
      await new Promise<void>((resolve) => void clock.timer(brokenMs, resolve));
    }
}

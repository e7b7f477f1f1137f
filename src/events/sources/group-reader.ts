import type { OrderRules } from '../../store/durable/contracts/sources.ts';
import type { PollerOptions } from './queue-poller.ts';
import type { GroupSource } from './source.ts';
import { readStream, type GiveUp } from './stream-reader.ts';
import { afterTrouble } from './trouble.ts';
import { inTurns } from './turns.ts';

/** With the function at a time, of all streams of a mapping. */
const batchesMax = 32;

/**
 * Takes the records of all streams that a group gives to this member to the function, each stream in its order and beside the others, until
 * `signal` fires. A connection that is lost is made anew.
 */
export async function readGroup(
  source: GroupSource,
  options: PollerOptions,
  rules: OrderRules,
  giveUp: GiveUp,
): Promise<void> {
  const { signal } = options;
  const runner = inTurns(options.runner, batchesMax);
  let troubles = 0;
  while (!signal.aborted) {
    try {
      await source.takePart(
        async (stream, over) => await readStream(stream, { ...options, runner, signal: over }, rules, giveUp),
        () => (troubles = 0),
        signal,
      );
    } catch (err) {
      if (signal.aborted) return;
      await afterTrouble(options, err, troubles);
      troubles += 1;
    }
  }
}

import { pauseFor } from './pause.ts';
import type { PollerOptions } from './queue-poller.ts';

const firstMs = 500;
const pauseMsMax = 30_000;

/**
 * A source could not be read: the mapping says so, and the log; then there is a pause, twice as long with each that came before. `before`: how many
 * did, one after the other.
 */
export async function afterTrouble(
  { mapping, runner, clock, signal, logger }: Pick<PollerOptions, 'mapping' | 'runner' | 'clock' | 'signal' | 'logger'>,
  err: unknown,
  before: number,
): Promise<void> {
  runner.counts.last = `PROBLEM: ${err instanceof Error ? err.message.slice(0, 200) : String(err)}`;
  const about = { err, mapping: mapping.uuid, source: mapping.sourceArn };
  logger.warn(about, 'An event source could not be read; it is tried again.');
  await pauseFor(clock, Math.min(pauseMsMax, firstMs * 2 ** Math.min(before, 10)), signal);
}

import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** What the warming pool has and should have, a row for each runtime (a WarmingSnapshot); and under `queue` what waits and may. */
export function openWarming({ workerManager }: FrontendOptions): Topic {
  return {
    name: 'warming',
    rows() {
      const { warming, queue } = workerManager.snapshot();
      return new Map<string, object>([
        ['queue', queue],
        ...warming.map((one) => [`runtime ${one.configuration}`, one] as const),
      ]);
    },
  };
}

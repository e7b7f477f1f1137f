import type { FrontendOptions } from '../../context.ts';
import { recentSnapshot } from '../recent-snapshot.ts';
import type { Topic } from '../topic.ts';

/** What the warming pool has and should have, a row for each runtime (a WarmingSnapshot); and under `queue` what waits and may. */
export function openWarming(options: FrontendOptions): Topic {
  return {
    name: 'warming',
    rows() {
      const { warming, queue } = recentSnapshot(options);
      return new Map<string, object>([
        ['queue', queue],
        ...warming.map((one) => [`runtime ${one.configuration}`, one] as const),
      ]);
    },
  };
}

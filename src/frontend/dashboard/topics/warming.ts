import type { FrontendOptions } from '../../context.ts';
import { summed } from '../over-hosts/join.ts';
import { recentSnapshot } from '../recent-snapshot.ts';
import type { Topic } from '../topic.ts';

/** What the warming pool has and should have, a row for each runtime (a WarmingSnapshot); under `queue` what waits and may, and under `memory` what instances may be given, where somebody counts it. */
export function openWarming(options: FrontendOptions): Topic {
  return {
    name: 'warming',
    over: { at: 'hosts', join: summed },
    rows() {
      const { warming, queue, memory } = recentSnapshot(options);
      return new Map<string, object>([
        ['queue', queue],
        ...(memory === undefined ? [] : [['memory', memory] as const]),
        ...warming.map((one) => [`runtime ${one.configuration}`, one] as const),
      ]);
    },
  };
}

import type { FrontendOptions } from '../../context.ts';
import { joinedPaths, joining } from '../over-hosts/join.ts';
import type { Topic } from '../topic.ts';

/** How calls of all accounts started, a PathRow for each start path there is. */
export function openPaths({ metrics }: FrontendOptions): Topic {
  return {
    name: 'paths',
    everyMs: 500,
    over: { at: 'hosts', join: joining('count', joinedPaths) },
    rows: () => new Map(metrics.starts.summary().map(({ maxMs: _max, ...row }) => [row.path, row])),
  };
}

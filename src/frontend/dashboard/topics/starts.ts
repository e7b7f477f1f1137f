import type { FrontendOptions } from '../../context.ts';
import { joinedStarts, joining } from '../over-hosts/join.ts';
import type { Topic } from '../topic.ts';

/** How long the account's calls took from request to code, a StartsRow for each path. */
export function openStarts({ dashboard }: FrontendOptions): Topic {
  return {
    name: 'starts',
    everyMs: 500,
    over: { at: 'hosts', join: joining('buckets', joinedStarts) },
    rows: ({ account }) => new Map((dashboard?.tally.starts(account) ?? []).map((row) => [row.path, row])),
  };
}

import type { FrontendOptions } from '../../context.ts';
import { joinedActivity, joining } from '../over-hosts/join.ts';
import { recentSnapshot } from '../recent-snapshot.ts';
import type { Topic } from '../topic.ts';

/** What the account's calls came to in the last minutes, an ActivityRow for each second that is over or under way. */
export function openActivity(options: FrontendOptions): Topic {
  const { dashboard } = options;
  return {
    name: 'activity',
    everyMs: 500,
    over: { at: 'hosts', join: joining('second', joinedActivity) },
    rows({ account }) {
      const queued = recentSnapshot(options).queue.length;
      const rows = dashboard?.tally.activity(account, queued) ?? [];
      return new Map(rows.map((row) => [String(row.second), row]));
    },
  };
}

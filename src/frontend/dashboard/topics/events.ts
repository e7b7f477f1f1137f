import type { EventLineRow } from '../../../model/dashboard/events.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** Lines of asynchronous invocations of the account, an EventLineRow each. It is there where anything is that its page shows. */
export function openEvents({ events }: FrontendOptions): Topic {
  return {
    name: 'events',
    everyMs: 500,
    over: { at: 'home' },
    async isThere({ account }) {
      const own = events.find(account);
      const used = await own?.inUse();
      if (own === undefined || used === undefined) return false;
      const { schedules } = own.durable.parts;
      const looks: readonly (() => Promise<boolean>)[] = [
        async () => (await used.queues.admin.list(account, '', '', 1)).length > 0,
        async () => (await used.async.lines(account)).length > 0,
        async () => own.durable.used && (await schedules.list({ account, limit: 1 }, 'process')).length > 0,
        async () => {
          const { running, kept } = await used.executions.counts(account);
          return running + kept > 0;
        },
      ];
      for (const look of looks) if (await look()) return true;
      return false;
    },
    async rows({ account }) {
      const used = await events.find(account)?.inUse();
      const lines = (await used?.async.lines(account)) ?? [];
      return new Map(
        lines.map(({ account: _own, oldestMs, ...line }): [string, EventLineRow] => {
          const kind = line.line.includes(':') ? 'destination' : 'function';
          return [line.line, { ...line, kind, ...(oldestMs !== undefined && { oldestAt: oldestMs }) }];
        }),
      );
    },
  };
}

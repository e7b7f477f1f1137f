import type { DeadLetterSource, QueueRow } from '../../../model/dashboard/events.ts';
import type { QueueOverview } from '../../../store/durable/contracts/queues.ts';
import type { FrontendOptions } from '../../context.ts';
import { deadLetterSources } from '../dead-letter-sources.ts';
import type { Topic } from '../topic.ts';

/** More are found by `heddle queue ls`. */
const queuesMax = 1_000;
/** How often it is looked whose dead letters queues take: what changes seldom and is to be searched for, ms. */
const sourcesMs = 5_000;

/** The account's queues, a QueueRow each. */
export function openQueues(options: FrontendOptions): Topic {
  const { events, clock } = options;
  const known = new Map<string, { readonly at: number; readonly sources: ReturnType<typeof deadLetterSources> }>();
  const sourcesOf = (account: string): ReturnType<typeof deadLetterSources> => {
    const now = clock.now();
    for (const [key, { at }] of known) if (now - at > sourcesMs) known.delete(key);
    const found = known.get(account) ?? { at: now, sources: deadLetterSources(options, account) };
    known.set(account, found);
    return found.sources;
  };
  return {
    name: 'queues',
    everyMs: 500,
    over: { at: 'home' },
    async rows({ account }) {
      const used = await events.find(account)?.inUse();
      const all = (await used?.queues.admin.overview(queuesMax, account)) ?? [];
      if (all.length === 0) return new Map();
      const others = await sourcesOf(account);
      return new Map(all.map((one) => [one.name, rowOf(one, all, others.get(one.name) ?? [])]));
    },
  };
}

function rowOf(
  { account: _own, ...queue }: QueueOverview,
  all: readonly QueueOverview[],
  others: readonly DeadLetterSource[],
): QueueRow {
  const queues = all.flatMap(({ name, deadLetter }) =>
    deadLetter === queue.name ? [{ kind: 'queue' as const, name }] : [],
  );
  return { ...queue, deadLettersOf: [...queues, ...others] };
}

import type { Queues } from '../../events/queues/queues.ts';
import { added } from '../../events/queues/totals.ts';
import type { Clock } from '../../model/clock.ts';
import type { QueueTotals } from '../../store/durable/contracts/queues.ts';
import { valuesText } from '../../model/metrics-text.ts';

/** What is read of queues when somebody asks. */
export interface WatchedQueues {
  /** Undefined where there never were any. */
  totals(): Promise<QueueTotals | undefined>;
  /** Requests that wait for messages. */
  waiting(): number;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** Of several stores together. */
export function watchedQueues(all: readonly Queues[], clock: Clock): WatchedQueues {
  return {
    totals: async () => {
      const totals = await Promise.all(all.map((queues) => queues.admin.totals()));
      const [first, ...others] = totals.filter((one) => one !== undefined);
      return first && others.reduce(added, first);
    },
    waiting: () => all.reduce((sum, { waiting }) => sum + waiting, 0),
    now: () => clock.wall(),
  };
}

/** All queues together, in Prometheus' text format: a metric must not grow with what users make. Nothing where there never were any. */
export async function queuesText(watched: WatchedQueues): Promise<readonly string[]> {
  const totals = await watched.totals();
  if (totals === undefined) return [];
  const { queues, ready, inFlight, delayed, bytes, deadLettered, expired, oldestAt } = totals;
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: number): string =>
    valuesText(type, `heddle_message_queue${name}`, help, [], [[[], value]]);
  const states = [[['ready'], ready] as const, [['in-flight'], inFlight] as const, [['delayed'], delayed] as const];
  return [
    one('gauge', 's', 'Queues that there are.', queues),
    valuesText('gauge', 'heddle_message_queue_messages', 'Messages in all queues, by state.', ['state'], states),
    one('gauge', '_bytes', 'What messages in all queues have together.', bytes),
    one(
      'gauge',
      '_oldest_age_seconds',
      'Age of the oldest message of any queue.',
      oldestAt === undefined ? 0 : Math.max(0, watched.now() - oldestAt) / 1_000,
    ),
    one('gauge', '_waiting_receives', 'Requests that wait for messages.', watched.waiting()),
    one(
      'counter',
      '_dead_lettered_total',
      'Messages of the queues that there are that went to dead-letter queues.',
      deadLettered,
    ),
    one('counter', '_expired_total', 'Messages of the queues that there are that grew too old.', expired),
  ];
}

import type { PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { QueueOperations, QueueTotals } from '../../store/durable/contracts/queues.ts';

/** Queues that the store counts in one go: less than a millisecond of its thread. */
const sliceMax = 1_000;

const none: QueueTotals = { queues: 0, ready: 0, inFlight: 0, delayed: 0, bytes: 0, deadLettered: 0, expired: 0 };

/** Of all queues together, slice by slice: others have their turn between two of them. */
export async function allTotals(
  store: Pick<PartClient<QueueOperations>, 'totals'>,
  max: number = sliceMax,
): Promise<QueueTotals> {
  let sum = none;
  let after = 0;
  for (;;) {
    const { totals, next } = await store.totals({ after, max }, 'process');
    sum = added(sum, totals);
    if (next === undefined) return sum;
    after = next;
  }
}

/** Of two parts of the queues together. */
export function added(one: QueueTotals, other: QueueTotals): QueueTotals {
  const oldest = [one, other].flatMap(({ oldestAt }) => oldestAt ?? []);
  return {
    queues: one.queues + other.queues,
    ready: one.ready + other.ready,
    inFlight: one.inFlight + other.inFlight,
    delayed: one.delayed + other.delayed,
    bytes: one.bytes + other.bytes,
    deadLettered: one.deadLettered + other.deadLettered,
    expired: one.expired + other.expired,
    ...(oldest.length > 0 && { oldestAt: Math.min(...oldest) }),
  };
}

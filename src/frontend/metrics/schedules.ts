import type { Clock } from '../../model/clock.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { ScheduleTotals } from '../../store/durable/contracts/schedules.ts';
import { valuesText } from '../../model/metrics-text.ts';
import { earliest } from './tallies.ts';

/** All schedules together, in Prometheus' text format. Nothing where there never were any. */
export async function schedulesText(stores: readonly DurableStore[], clock: Clock): Promise<readonly string[]> {
  const used = stores.filter((store) => store.used);
  const all = await Promise.all(used.map((store) => store.parts.schedules.totals(undefined, 'process')));
  const [first, ...others] = all;
  if (first === undefined) return [];
  const { schedules, delivered, failed, missed, depth, oldestAt } = others.reduce(both, first);
  const lateMs = oldestAt === undefined ? 0 : Math.max(0, clock.wall() - oldestAt);
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: number): string =>
    valuesText(type, `heddle_schedule${name}`, help, [], [[[], value]]);
  const ends = [[['delivered'], delivered] as const, [['failed'], failed] as const, [['missed'], missed] as const];
  return [
    one('gauge', 's', 'Schedules that there are.', schedules),
    one('gauge', '_occurrences_waiting', 'Occurrences of schedules that are not delivered yet.', depth),
    one('gauge', '_oldest_late_seconds', 'How long ago the oldest of them was due.', lateMs / 1_000),
    valuesText(
      'counter',
      'heddle_schedule_occurrences_total',
      'Occurrences of the schedules that there are: delivered, given up, or due while no service ran.',
      ['end'],
      ends,
    ),
  ];
}

function both(one: ScheduleTotals, other: ScheduleTotals): ScheduleTotals {
  const oldestAt = earliest(one.oldestAt, other.oldestAt);
  return {
    schedules: one.schedules + other.schedules,
    planned: one.planned + other.planned,
    delivered: one.delivered + other.delivered,
    failed: one.failed + other.failed,
    missed: one.missed + other.missed,
    depth: one.depth + other.depth,
    ...(oldestAt !== undefined && { oldestAt }),
  };
}

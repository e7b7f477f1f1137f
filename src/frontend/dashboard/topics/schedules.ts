import type { ScheduleRow } from '../../../model/dashboard/events.ts';
import type { PlannedSchedule, ScheduleCounts } from '../../../store/durable/contracts/schedules.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** More are found by `heddle schedule ls`. */
const schedulesMax = 500;

/** The account's schedules, a ScheduleRow each. */
export function openSchedules({ events }: FrontendOptions): Topic {
  return {
    name: 'schedules',
    everyMs: 1_000,
    over: { at: 'home' },
    async rows({ account }) {
      const own = events.find(account);
      if (own === undefined || !own.durable.used) return new Map();
      const { schedules } = own.durable.parts;
      const planned = await schedules.list({ account, limit: schedulesMax }, 'process');
      const keys = planned.map(({ record: { group, name } }) => ({ account, group, name }));
      const counts = await schedules.countsOf(keys, 'process');
      return new Map(
        planned.map((one, at) => [`${one.record.group}/${one.record.name}`, rowOf(one, counts[at])] as const),
      );
    },
  };
}

function rowOf({ record, nextAt }: PlannedSchedule, counts: ScheduleCounts | undefined): ScheduleRow {
  const { group, name, expression, timeZone, enabled, target } = record;
  const { delivered = 0, failed = 0, missed = 0, waiting = 0, lastAt, lastError } = counts ?? {};
  return {
    ...{ group, name, expression, timeZone, enabled, target: target.arn },
    ...{ delivered, failed, missed, waiting },
    ...(nextAt !== undefined && { nextAt }),
    ...(lastAt !== undefined && { lastAt }),
    ...(lastError !== undefined && { lastError }),
  };
}

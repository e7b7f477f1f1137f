import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import type { ScheduleContext } from './context.ts';
import { groupOperations } from './groups.ts';
import { scheduleOperations } from './schedules.ts';
import { tagOperations } from './tags.ts';

/** What the operations of EventBridge Scheduler do. */
export function everyOperation(context: ScheduleContext): Runs<string> {
  const all = [...scheduleOperations(context), ...groupOperations(context), ...tagOperations(context)];
  return Object.fromEntries(
    all.map((one) => [
      one.name,
      async (request: ApiRequest) => {
        if (!/^(Get|List)/.test(one.name)) await context.open();
        return await one.run(request);
      },
    ]),
  );
}

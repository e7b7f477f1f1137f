import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { FiringPlace, NewPlan, PlannedSchedule, ScheduleKey } from '../../store/durable/contracts/schedules.ts';
import { inSlices } from '../clock/in-slices.ts';
import { planAnew } from './advance.ts';
import { putOffMsMax } from './retry.ts';

/** Schedules, or occurrences, that are looked at in one step. */
const sliceMax = 256;
/** So long schedules are decided on without a pause. */
const turnMsMax = 20;
/** The longest flexible window. */
const windowMsMax = 86_400_000;

interface Parts {
  readonly store: DurableStore;
  readonly clock: Clock;
}

/** Decides about all schedules anew, some at a time, until `stopped`: see `planAnew` in `advance.ts`. Gives how many are due at another time. */
export async function planSchedulesAnew(
  { store, clock, stopped }: Parts & { readonly stopped: () => boolean },
  { passed }: { readonly passed?: number },
): Promise<number> {
  const { schedules } = store.parts;
  return await inSlices<ScheduleKey>(async (after) => {
    const page = await schedules.all({ after, limit: sliceMax }, 'process');
    const plans = await decided(page, clock.wall(), passed);
    const changed = plans.length === 0 ? 0 : await schedules.replan(plans, 'process');
    const last = page.at(-1)?.record;
    const more = page.length === sliceMax && last !== undefined && !stopped();
    return { changed, ...(more && { next: { account: last.account, group: last.group, name: last.name } }) };
  });
}

/** Occurrences that are due later than they can be; gives how many there were. */
export async function planOccurrencesAnew({ store, clock }: Parts, leaseMsMax: number): Promise<number> {
  const putOff = { leaseMsMax, pauseMsMax: putOffMsMax, windowMsMax };
  return await inSlices<FiringPlace>((after) =>
    store.parts.schedules.planFiringsAnew({ now: clock.wall(), max: sliceMax, after, ...putOff }, 'process'),
  );
}

/** What becomes of each, with others' turns between. */
async function decided(page: readonly PlannedSchedule[], now: number, passed?: number): Promise<readonly NewPlan[]> {
  const plans: NewPlan[] = [];
  let since = performance.now();
  for (const schedule of page) {
    const plan = planAnew(schedule, now, passed);
    if (plan !== undefined) plans.push(plan);
    if (performance.now() - since < turnMsMax) continue;
    await setImmediate();
    since = performance.now();
  }
  return plans;
}

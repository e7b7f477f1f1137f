import type { Scheduler } from '../../../events/schedules/scheduler.ts';
import type { FrontendOptions } from '../../context.ts';
import { loadedAtHome } from '../../routes/loaded-later.ts';
import type { Operation } from '../../routes/operation.ts';
import { schedulerRoutes } from './routes.ts';

/** The API of EventBridge Scheduler, whole. */
export function schedulerOperations({
  events,
  clock,
  settings: { region },
}: Pick<FrontendOptions, 'events' | 'clock' | 'settings'>): readonly Operation[] {
  return loadedAtHome(schedulerRoutes, events, async (own) => {
    const { everyOperation } = await import('./every-operation.ts');
    let scheduler: Scheduler | undefined;
    const open = async (): Promise<void> => void ({ scheduler } = await own.open());
    return everyOperation({ store: own.durable, open, look: () => scheduler?.look(), clock, region });
  });
}

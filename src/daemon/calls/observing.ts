import type { Logger } from 'pino';
import type { FrontendOptions } from '../../frontend/context.ts';
import { appFolder } from '../../frontend/dashboard/app-files.ts';
import { Tally } from '../../frontend/dashboard/tally.ts';
import type { ServiceMetrics } from '../../frontend/metrics/metrics.ts';
import { FunctionActivity } from '../../frontend/observing/activity/activity.ts';
import { loggingObserver } from '../../frontend/observing/logging-observer.ts';
import { logObserver, observers } from '../../frontend/observing/observer.ts';
import { systemClock } from '../../model/clock.ts';
import type { Settings } from '../../model/functions/settings.ts';
import type { LogStore } from '../../store/logs/contract.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';
import { unlessCompiling } from './compiled-python.ts';

/** Who is told of calls and instances. */
interface Told {
  readonly metrics: ServiceMetrics;
  readonly logs: LogStore;
  readonly logger: Logger;
  readonly usage: WorkerObserver;
  readonly more: readonly WorkerObserver[];
}

/** What the worker manager tells, and what the frontend shows of it. */
export interface Observing {
  readonly observer: WorkerObserver;
  readonly observed: Pick<FrontendOptions, 'metrics' | 'logger'> &
    Required<Pick<FrontendOptions, 'dashboard' | 'activity'>>;
}

/** One observer for all who are told what calls come to. */
export function observing({ cache }: Pick<Settings, 'cache'>, { metrics, logs, logger, usage, more }: Told): Observing {
  const tally = new Tally(systemClock);
  const activity = new FunctionActivity(systemClock);
  const all = [metrics, logObserver(logs), loggingObserver(logger), usage, tally, activity, ...more];
  return {
    observer: unlessCompiling(observers(all)),
    observed: { metrics, logger, activity, dashboard: { tally, folder: () => appFolder(cache) } },
  };
}

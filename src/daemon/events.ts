import { join } from 'node:path';
import type { Logger } from 'pino';
import type { FrontendOptions } from '../frontend/context.ts';
import { Events, type AccountEvents, type EventParts } from '../frontend/events.ts';
import type { PolicyBook } from '../frontend/policies/policy-book.ts';
import { systemClock } from '../model/clock.ts';
import type { Called } from '../model/invocations/caller.ts';
import type { Settings } from '../model/functions/settings.ts';
import type { CodeStore, Store } from '../store/contract.ts';
import type { LogStore } from '../store/logs/contract.ts';
import { openDurableStore } from '../store/durable/open.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';
import { openEffects } from './effects/open-effects.ts';
import { retryWarning } from './effects/retry-warning.ts';
import type { Outside } from './egress.ts';
import type { WhyMissing } from './instances/missing-runtimes.ts';

/** What events are opened with in a service. */
export interface EventSurroundings {
  readonly store: Store;
  readonly codeStore: CodeStore;
  readonly logs: LogStore;
  readonly account: string;
  readonly outside: Outside;
  readonly workerManager: WorkerManager;
  /** Told of functions that will run later. */
  readonly prediction: { readonly due: (called: Called, inMs: number) => void };
  readonly policies: PolicyBook;
  readonly why: WhyMissing;
  readonly logger: Logger;
}

/** Who has an account's events: the service's own, or those of its home. `parts`: what they are made with beside their store. */
export type EventsKept = (parts: Omit<EventParts, 'durable'>, undo: AsyncDisposableStack) => AccountEvents;

/** One store for all, in the home folder. */
const onThisMachine =
  (settings: Settings): EventsKept =>
  (parts, undo) => {
    const durable = undo.use(openDurableStore(settings.home));
    const events = new Events({ ...parts, durable });
    undo.defer(async () => {
      events.stop();
      await events.settled();
    });
    return events;
  };

/**
 * What is done later, and where that is kept. Disposed after the worker manager has stopped: then what ran is written down, and the store closed.
 */
export function openServiceEvents(
  settings: Settings,
  { store, codeStore, logs, account, outside, workerManager, prediction, policies, why, logger }: EventSurroundings,
  undo: AsyncDisposableStack,
  kept: EventsKept = onThisMachine(settings),
): Pick<FrontendOptions, 'effects' | 'events'> {
  const over = new AbortController();
  const effects = undo.use(openEffects({ folder: join(settings.home, 'effects'), codeStore, logger }));
  const parts = {
    store,
    workerManager,
    policies,
    region: settings.region,
    poster: outside.poster(over.signal),
    outside: { services: settings.destinations, ownAccount: account },
    connections: { connections: settings.sources, ownAccount: account },
    whyMissing: why,
    awaited: prediction.due,
    retried: retryWarning(() => ({ store, effects, settings, events }), logs, logger),
    clock: systemClock,
    logger,
  };
  const events: AccountEvents = kept(parts, undo);
  undo.defer(() => over.abort());
  return { effects, events };
}

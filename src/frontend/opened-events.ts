import { queueArn } from '../api/sqs/queue-name.ts';
import { AsyncEvents } from '../events/async/async-events.ts';
import { KeyedCalls } from '../events/async/keys.ts';
import { ClockKeeper } from '../events/clock/clock-keeper.ts';
import type { Executions } from '../events/executions/engine.ts';
import { openQueues, type Queues } from '../events/queues/queues.ts';
import { scheduleDelivery } from '../events/schedules/deliver.ts';
import { Scheduler } from '../events/schedules/scheduler.ts';
import { functionCaller } from '../events/sources/call-function.ts';
import { EventSources } from '../events/sources/event-sources.ts';
import { failureTeller } from '../events/sources/on-failure.ts';
import { ownQueues } from '../events/sources/own-queues.ts';
import { outsideSources, unknownWords } from '../events/sources/outside/outside-sources.ts';
import type { EventName } from '../store/durable/contracts/events.ts';
import type { EventParts } from './events.ts';
import { eventInvoker } from './lambda/executions/event-invoker.ts';
import { openExecutions } from './lambda/executions/open-executions.ts';
import { eventTargets } from './lambda/invocation/event-targets.ts';
import type { LoopGuard } from './lambda/invocation/loop-guard.ts';

/** What is done later, because something happened. */
export interface OpenedEvents {
  readonly async: AsyncEvents;
  readonly keyedCalls: KeyedCalls;
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly sources: EventSources;
  readonly executions: Executions;
  /** Goes on with what a service before this one left. */
  begin(): Promise<void>;
  /** What another process had begun was written down: nobody runs these any more, and something else may be due. */
  toldLate(events: readonly Pick<EventName, 'id'>[]): Promise<void>;
  /** Nothing more is accepted or begun. `runsOn`: what runs will not be cut. */
  stop(runsOn?: boolean): void;
  /** Resolves when what ran has ended and is written down. */
  settled(): Promise<void>;
  /** Resolves, once it was stopped, when occurrences of schedules that were on their way are where they go. */
  delivered(): Promise<void>;
}

/** Puts the events' parts together. Nothing runs before something is asked of them, or they begin. */
export function openEvents(parts: EventParts & { readonly loops: LoopGuard }): OpenedEvents {
  const { durable, store, workerManager, policies, region, poster, outside, whyMissing, loops, logger } = parts;
  const keeper = new ClockKeeper({ store: durable, clock: parts.clock, logger });
  const { clock } = keeper;
  const warn = (err: unknown, what: string): void => logger.warn({ err }, what);
  const targets = eventTargets({ store, region, loops, policies, ...(whyMissing && { whyMissing }) });
  const queues = openQueues({ store: durable, clock, ages: keeper, region, warn });
  const delivery = { region, queues: queues.inside, poster, outside };
  const executions = openExecutions({
    store,
    workerManager,
    durableStore: durable,
    region,
    clock,
    logger,
    ...(whyMissing && { whyMissing }),
  });
  const invoker = eventInvoker(workerManager, executions);
  const { awaited, retried } = parts;
  const kept = { store: durable, clock, ages: keeper, logger };
  const async = new AsyncEvents({ ...kept, workerManager: invoker, targets, delivery, retried, awaited });
  async.hold(parts.elsewhere ?? []);
  const deliver = scheduleDelivery({ async, targets, queues: queues.inside, region });
  const scheduler = new Scheduler({ store: durable, deliver, clock, ages: keeper, region, logger, awaited });
  const sources = new EventSources({
    store: durable,
    kinds: [ownQueues(queues.inside, region), ...outsideSources(parts.connections, durable)],
    whyNot: unknownWords,
    call: functionCaller({ workerManager: invoker, targets, clock }),
    isThere: async ({ account, functionName, qualifier }) =>
      (await targets.rules(account, functionName, qualifier)) !== undefined,
    giveUp: failureTeller({ async, targets, region, clock, logger }),
    clock,
    logger,
  });
  let stopped: Promise<unknown> | undefined;
  return {
    async,
    keyedCalls: new KeyedCalls({ ...kept, onUnkept: unkeptTeller(logger) }),
    queues: Object.assign(queues, { onSent: messageTeller(sources, region, awaited) }),
    scheduler,
    sources,
    executions,
    async begin() {
      await keeper.recall();
      await queues.resume();
      await Promise.all([async.resume(), scheduler.begin(), sources.begin(), executions.begin()]);
      keeper.begin({
        back: {
          messages: () => queues.planAnew(),
          events: () => async.planAnew(),
          executions: () => executions.planAnew(),
          occurrences: () => scheduler.planOccurrencesAnew(),
        },
        schedules: (plan) => scheduler.planAnew(plan),
      });
    },
    async toldLate(events) {
      async.release(events);
      queues.changedElsewhere();
      await async.resume();
    },
    stop(runsOn) {
      keeper.stop();
      stopped ??= Promise.all([scheduler.stop(), sources.stop()]);
      executions.stop();
      queues.stop();
      async.stop(runsOn);
    },
    async delivered() {
      await scheduler.settled();
    },
    async settled() {
      await stopped;
      await async.settled();
    },
  };
}

function unkeptTeller(logger: EventParts['logger']): (err: unknown) => void {
  return (err) => logger.error({ err }, 'The answer to a request with an idempotency key could not be kept.');
}

/** Tells whose functions get messages that were sent: as calls of the code that sent them, and when they are late, when they will. */
function messageTeller(sources: EventSources, region: string, awaited: EventParts['awaited']): Queues['onSent'] {
  return (queue, count, delayMs, sender) => {
    for (const { account, functionName: name, qualifier = '' } of sources.readersOf(queueArn(region, queue))) {
      const called = { account, name, qualifier };
      for (let nth = 0; nth < count && sender !== undefined; nth += 1) sender.calls(called, 'message')?.();
      if (delayMs > 0) awaited?.(called, delayMs);
    }
  };
}

import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { guestStarter } from './daemon/start-guest.ts';
import { openEgress } from './daemon/egress.ts';
import { openServiceEvents } from './daemon/events.ts';
import { entrance } from './daemon/entrance.ts';
import { joinCluster } from './daemon/join-cluster.ts';
import { observing } from './daemon/observing.ts';
import { openPrediction } from './daemon/prediction.ts';
import { openSessions } from './daemon/sessions.ts';
import { openTriggers } from './daemon/triggers.ts';
import { preparation } from './daemon/preparation.ts';
import { keepUses } from './daemon/uses.ts';
import { about } from './daemon/about.ts';
import { CompiledPython } from './daemon/compiled-python.ts';
import { callLimitsOf } from './daemon/call-limits.ts';
import { deployments } from './daemon/deployments.ts';
import { withLayers } from './daemon/layers.ts';
import { leaveWord } from './daemon/leave-word.ts';
import { cancelWith, filled, stopOnce } from './daemon/lifetime.ts';
import { boundsOf } from './daemon/policies.ts';
import { openTraces } from './daemon/traces.ts';
import { openState } from './daemon/state.ts';
import { whyMissing } from './daemon/missing-runtimes.ts';
import { createWorkers, instanceKind } from './daemon/workers.ts';
import type { AccountEvents } from './frontend/events.ts';
import { Objects } from './frontend/objects.ts';
import type { OpenPrograms } from './frontend/threads/programs.ts';
import { AccountGate } from './frontend/accounts/account-gate.ts';
import { UsageRecorder } from './frontend/accounts/usage-recorder.ts';
import { createFrontend } from './frontend/create-frontend.ts';
import { boundDeployments } from './frontend/policies/bound-deployments.ts';
import { openPolicies } from './frontend/policies/open-policies.ts';
import { createLogger } from './frontend/observing/logger.ts';
import { createMetrics } from './frontend/metrics/metrics.ts';
import { EndedNodes } from './image/node/ended-nodes.ts';
import type { SessionConnection } from './frontend/threads/session-connection.ts';
import type { InstanceDriver, ProbeVerdict } from './instance/contract.ts';
import { createGvisorDriver } from './instance/gvisor/driver.ts';
import { guarded } from './instance/guard.ts';
import { createHostDriver } from './instance/host/driver.ts';
import { createMicrovmDriver } from './instance/microvm/driver.ts';
import type { Places } from './instance/places.ts';
import { allVerdicts, selectDriver, type SelectedDriver } from './instance/probes/select.ts';
import { systemClock } from './model/clock.ts';
import type { Settings } from './model/functions/settings.ts';
import type { Wire } from './protocol/session/session-link.ts';
import { replaceCredentials } from './store/credentials.ts';

/** A running service. */
export interface Service {
  /** Where it listens, such as `http://127.0.0.1:4333`. */
  readonly url: string;
  readonly driver: string;
  readonly home: string;
  /** Resolves when the warming pool has its minimum; rejects if it cannot get there. Requests are taken before that. */
  readonly ready: Promise<void>;
  /** Resolves, with why, when another process is the host of a cluster that this one was: it must be stopped. */
  readonly displaced: Promise<Error>;
  /** Fires when the NATS servers of its cluster answer, where they did not when it was started: started again it joins. Absent where it has. */
  readonly back: AbortSignal | undefined;
  /** A session for threads without HTTP, as the service's own account: for programs that have the service in their process. */
  connect(wire: Wire): SessionConnection;
  /** No new work; what runs may end within `settings.stopMs`; then nothing is left. Idempotent. */
  stop(): Promise<void>;
}

/** What the caller of {@link startService} may bring along. */
export interface ServiceOptions {
  /** Told, a short line each, what takes long: building images and templates. */
  readonly report?: (line: string, share?: number) => void;
  readonly logger?: Logger;
  /** It belongs to the program in whose process it runs: listens on no port, and does not keep that process alive. */
  readonly embedded?: boolean;
  /** Gives up starting; a service that runs already is stopped by `stop`. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a service: takes the home for itself, destroys what a killed service left there, chooses the driver, listens, and
 * then prepares what is kept warm and begins to fill the warming pool. Throws, with nothing left running, if the home is in
 * use, no driver works, or the port is taken.
 */
export async function startService(settings: Settings, options: ServiceOptions = {}): Promise<Service> {
  const { report = () => undefined, logger = createLogger(settings.logLevel, process.stderr) } = options;
  await using undo = new AsyncDisposableStack();
  const cancel = cancelWith(options.signal, undo);

  const { cluster, displaced, back } = await joinCluster(settings, logger, cancel.signal, undo);
  const state = await openState(settings, logger, undo, cluster && ((stack) => cluster.openState(stack)));
  const { store, codeStore, logs, usageStore, account } = state;
  const opened = openPolicies(store, systemClock);
  const { policies } = opened;
  const { driver, verdict } = await chooseDriver(settings, logger, cancel.signal);
  const kind = instanceKind(driver.capabilities, settings);
  const [usual, why] = [{ ...kind.shape, blanks: kind.basis }, whyMissing(driver)];
  // A program that starts threads brings its packages along.
  const withAwsSdk = options.embedded !== true;
  const prepare = preparation(driver, settings, { usual, withAwsSdk, why, report, logger, signal: cancel.signal });

  const [metrics, traced] = [createMetrics(driver.name), await openTraces(settings, process.env, logger, undo)];
  const compiled = new CompiledPython({ codeStore, clock: systemClock, logger });
  const starter = undo.use(guestStarter(driver, usual, prepare, logger));
  // What it asks of the manager, it asks when containers are there.
  const prediction = openPrediction(settings, { store, manager: () => manager, policies, why, logger }, undo);
  const outside = openEgress(settings, state, logger, (fn) => prediction.callerOf(fn));
  const egressTotals = () => outside.egress.counts.totals();
  const usage = undo.use(new UsageRecorder({ store: usageStore, clock: systemClock, logger, egressTotals }));
  const { observer, observed } = observing(settings, { metrics, logs, logger, usage, more: traced.observers });
  const limits = cluster?.openLimits(store, undo);
  const callLimits = callLimitsOf(store, settings, limits?.shared);
  const watchers = { observer, egress: outside.egress, comes: prediction.comes, ...callLimits };
  const source = withLayers(compiled.source, codeStore);
  const workers = createWorkers(settings, kind, driver.capabilities, starter.start, source, watchers);
  const { warming, manager } = workers;
  undo.use(await keepUses(workers.known, join(settings.home, 'uses.json'), logger));
  undo.defer(() => manager.stop(settings.stopMs));
  const gate = new AccountGate(store.accounts, systemClock, limits?.rates);
  const triggers = await openTriggers(settings, systemClock, logger, undo, cluster);
  const [{ capabilities }, functionMbMax, { tracer }] = [driver, kind.shape.memoryMb, traced.forSessions];
  const placed = cluster?.openPlacement({ local: manager, capabilities, functionMbMax, why, tracer }, codeStore, undo);
  const stand = { gate, policies, outside, triggers, prediction, tracer };
  const workerManager = entrance(placed?.manager ?? manager, stand);
  const kept = { store, codeStore, logs: cluster?.openLogs(logs) ?? logs, account, policies, workerManager };
  const later = openServiceEvents(settings, { ...kept, outside, prediction, why, logger }, undo, cluster?.eventsKept);
  const how = howThreadsRun(driver, options, later.events);
  const across = { ...cluster?.openThreads(undo), ...traced.forSessions, processors: placed?.processors };
  const sessions = openSessions(settings, { codeStore, workerManager, policies, ...how, ...across }, logger, undo);
  cluster?.serveSessions(sessions);
  const nodes = new EndedNodes(join(settings.cache, 'guest'), (line) => logger.warn(line), cancel.signal);
  const app = createFrontend({
    ...kept,
    ...boundsOf(opened, outside, cancel.signal),
    ...later,
    ...outside.toFrontend,
    objects: new Objects({ folder: join(settings.home, 'objects'), clock: systemClock, logger }),
    sessions,
    triggers,
    gate,
    usage,
    replaceOwnKey: (before, key) => replaceCredentials(settings.home, before, key),
    egressTotals,
    functionMbMax,
    endedRuntimes: driver.capabilities.takesPrograms === true,
    prediction,
    ...boundDeployments(deployments(workers, { why, compiled, nodes, prediction, stopping: cancel.signal }), policies),
    stopping: cancel.signal,
    settings,
    ownAccount: account,
    provisionedSchedule: settings.provisionedSchedule,
    ...cluster?.toFrontend({ ...traced.shown, snapshot: () => manager.snapshot(), usage, memoryMb: settings.memoryMb }),
    ...traced.shown,
    concurrencyMaxOf: callLimits.concurrencyMaxOf,
    clock: systemClock,
    ...observed,
    ...about(driver, driversOf(settings), settings),
  });
  // Together: answering what runs is the frontend's part of it, and that ends when the manager has drained.
  undo.defer(async () => void (await Promise.all([manager.stop(settings.stopMs), app.close()])));
  const url = await (options.embedded === true ? embed(app) : listen(app, settings));
  outside.listens(url, app.server);
  if (options.embedded !== true) await leaveWord(settings, url, driver.name, undo);
  await cluster?.announce(url, app.server);
  logger.info({ url, driver: driver.name, mode: verdict.mode, account }, 'Heddle accepts requests.');

  const ready = filled(prepare, warming, cluster?.untilAllHaveHomes(cancel.signal));
  const is = { url, driver: driver.name, home: settings.home, ready, displaced, back };
  return { ...is, connect: (wire) => sessions.accept(account, wire), stop: stopOnce(undo.move()) };
}

/** Destroys what a killed service left, then finds the driver that is wanted and works. */
async function chooseDriver(settings: Settings, logger: Logger, signal: AbortSignal): Promise<SelectedDriver> {
  const drivers = driversOf(settings);
  for (const driver of drivers) {
    const swept = await driver.sweep();
    if (swept > 0) logger.warn({ driver: driver.name, swept }, 'Destroyed instances that a killed service had left.');
  }
  return selectDriver(settings.driver, drivers, settings, signal);
}

function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  return app.listen({ host, port });
}

/** Everything but the port. */
async function embed(app: FastifyInstance): Promise<string> {
  await app.ready();
  return 'embedded:';
}

/** What every driver's probe says of this machine; `fresh` asks again instead of believing what is remembered. */
export function probeDrivers(settings: Settings, fresh: boolean, signal: AbortSignal): Promise<ProbeVerdict[]> {
  return allVerdicts(driversOf(settings), { cache: settings.cache, fresh }, signal);
}

/** In the order in which `auto` prefers them. */
function driversOf(places: Places): InstanceDriver[] {
  return [
    createMicrovmDriver(places, 'kvm'),
    createGvisorDriver(places),
    createMicrovmDriver(places, 'tcg'),
    createHostDriver(places),
  ].map((driver) => guarded(driver));
}

/** A service in a program's process keeps nothing that outlives that. */
function howThreadsRun(
  { capabilities }: InstanceDriver,
  { embedded }: ServiceOptions,
  events: AccountEvents,
): { readonly directChannels: boolean; readonly ownKernel: boolean; readonly programs: OpenPrograms | undefined } {
  return {
    directChannels: capabilities.directChannels === true,
    ownKernel: capabilities.ownKernel,
    programs: embedded === true ? undefined : async (account) => (await events.of(account).open()).executions.programs,
  };
}

import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { openEntrance } from './daemon/calls/open-entrance.ts';
import { openWorkers } from './daemon/calls/open-workers.ts';
import { openClients } from './daemon/clients.ts';
import { frontOf } from './daemon/front.ts';
import { openInstances } from './daemon/instances/open-instances.ts';
import { joinCluster } from './daemon/join-cluster.ts';
import { leaveWord } from './daemon/leave-word.ts';
import { cancelWith, filled, stopOnce } from './daemon/lifetime.ts';
import type { Opening } from './daemon/opening.ts';
import { openState } from './daemon/state.ts';
import { openTraces } from './daemon/traces.ts';
import { createFrontend } from './frontend/create-frontend.ts';
import { createLogger } from './frontend/observing/logger.ts';
import { logTo } from './frontend/observing/terminal-log.ts';
import { openPolicies } from './frontend/policies/open-policies.ts';
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
  const {
    report = () => undefined,
    logger = createLogger(settings.logLevel, logTo(process.stderr)),
    embedded = false,
  } = options;
  await using undo = new AsyncDisposableStack();
  const { signal } = cancelWith(options.signal, undo);
  const opening = { settings, logger, embedded, signal, undo };

  const { cluster, displaced } = await joinCluster(settings, logger, signal, undo);
  const state = await openState(settings, logger, undo, cluster && ((stack) => cluster.openState(stack)));
  const bounds = openPolicies(state.store, systemClock);
  const { policies } = bounds;
  const drivers = driversOf(settings);
  const { driver, verdict } = await chooseDriver(drivers, opening);
  const traces = await openTraces(settings, process.env, logger, undo);
  const instances = openInstances(opening, driver, report);
  const base = { state, policies, instances, traces, cluster };
  const here = await openWorkers(opening, base);
  const entrance = await openEntrance(opening, { ...base, here });
  const clients = openClients(opening, { ...base, here, entrance });
  const app = createFrontend(frontOf(opening, { ...base, bounds, here, entrance, clients, drivers }));
  const { manager, warming } = here.workers;
  // Together: answering what runs is the frontend's part of it, and that ends when the manager has drained.
  undo.defer(async () => void (await Promise.all([manager.stop(settings.stopMs), app.close()])));
  const url = await (embedded ? embed(app) : listen(app, settings));
  here.outside.listens(url, app.server);
  if (!embedded) await leaveWord(settings, url, driver.name, undo);
  await cluster?.announce(url, app.server);
  const { account } = state;
  logger.info({ url, driver: driver.name, mode: verdict.mode, account }, 'Heddle accepts requests.');

  const ready = filled(instances.prepare, warming, cluster?.untilAllHaveHomes(signal));
  const is = { url, driver: driver.name, home: settings.home, ready, displaced };
  return { ...is, connect: (wire) => clients.sessions.accept(account, wire), stop: stopOnce(undo.move()) };
}

/** Destroys what a killed service left, then finds the driver that is wanted and works. */
async function chooseDriver(
  drivers: readonly InstanceDriver[],
  { settings, logger, signal }: Opening,
): Promise<SelectedDriver> {
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

import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { guestStarter } from './daemon/start-guest.ts';
import { keepUses } from './daemon/uses.ts';
import { createWorkers, instanceKind } from './daemon/workers.ts';
import { createFrontend } from './frontend/create-frontend.ts';
import { createLogger } from './frontend/logger.ts';
import { createMetrics } from './frontend/metrics/metrics.ts';
import { logObserver, observers } from './frontend/observer.ts';
import { loggingObserver } from './frontend/logging-observer.ts';
import type { SessionConnection } from './frontend/threads/session-connection.ts';
import { ThreadSessions } from './frontend/threads/sessions.ts';
import { ThreadService } from './frontend/threads/thread-service.ts';
import type { InstanceDriver, ProbeVerdict } from './instance/contract.ts';
import { createGvisorDriver } from './instance/gvisor/driver.ts';
import { guarded } from './instance/guard.ts';
import { createHostDriver } from './instance/host/driver.ts';
import { createMicrovmDriver } from './instance/microvm/driver.ts';
import type { Places } from './instance/places.ts';
import { allVerdicts, selectDriver, type SelectedDriver } from './instance/probes/select.ts';
import { systemClock } from './model/clock.ts';
import type { Settings } from './model/settings.ts';
import type { Wire } from './protocol/session/session-link.ts';
import { writeFileAtomic } from './store/atomic-file.ts';
import { openCodeStore } from './store/code/code-store.ts';
import type { CodeStore, Store } from './store/contract.ts';
import { ensureCredentials } from './store/credentials.ts';
import type { LogStore } from './store/logs/contract.ts';
import { openLogStore } from './store/logs/log-store.ts';
import { openSqliteStore } from './store/sqlite/open.ts';
import { openThreadEndStore } from './store/thread-ends.ts';
import type { WarmingPool } from './warming-pool/warming-pool.ts';

/** A running service. */
export interface Service {
  /** Where it listens, such as `http://127.0.0.1:4333`. */
  readonly url: string;
  readonly driver: string;
  readonly home: string;
  /** Resolves when the warming pool has its minimum; rejects if it cannot get there. Requests are taken before that. */
  readonly ready: Promise<void>;
  /** A session for threads without HTTP, as the service's own account: for programs that have the service in their process. */
  connect(wire: Wire): SessionConnection;
  /** No new work; what runs may end within `settings.stopMs`; then nothing is left. Idempotent. */
  stop(): Promise<void>;
}

/** What the caller of {@link startService} may bring along. */
export interface ServiceOptions {
  /** Told, a short line each, what takes long: building images and templates. */
  readonly report?: (line: string) => void;
  readonly logger?: Logger;
  /** It belongs to the program in whose process it runs: listens on no port, and does not keep that process alive. */
  readonly embedded?: boolean;
  /** Gives up starting; a service that runs already is stopped by `stop`. */
  readonly signal?: AbortSignal;
}

/** A new function is `Pending` until its first invocation would start at once, but no longer than this, ms. */
const pendingMsMax = 5_000;

/**
 * Starts a service: takes the home for itself, destroys what a killed service left there, chooses the driver, listens, and
 * then prepares what is kept warm and begins to fill the warming pool. Throws, with nothing left running, if the home is in
 * use, no driver works, or the port is taken.
 */
export async function startService(settings: Settings, options: ServiceOptions = {}): Promise<Service> {
  const report = options.report ?? (() => undefined);
  const logger = options.logger ?? createLogger(settings.logLevel, process.stderr);
  await using undo = new AsyncDisposableStack();
  const cancel = new AbortController();
  undo.defer(() => cancel.abort());
  options.signal?.addEventListener('abort', () => cancel.abort(), { once: true });

  const { store, codeStore, logs, account } = await openState(settings, logger, undo);
  const { driver, verdict } = await chooseDriver(settings, logger, cancel.signal);
  const kind = instanceKind(driver.capabilities, settings);
  const usual = { ...kind.shape, blanks: kind.basis };
  const prepare = (): Promise<void> => driver.prepare(usual, report, cancel.signal);

  const metrics = createMetrics(driver.name);
  const observer = observers([metrics, logObserver(logs), loggingObserver(logger)]);
  const starter = undo.use(guestStarter(driver, usual, prepare, logger));
  const workers = createWorkers(settings, kind, driver.capabilities, starter.start, codeStore, observer);
  const { warming, manager } = workers;
  undo.use(await keepUses(workers.known, join(settings.home, 'uses.json'), logger));
  undo.defer(() => manager.stop(settings.stopMs));
  const threadEnds = openThreadEndStore({
    folder: join(settings.home, 'threads'),
    clock: systemClock,
    keepMs: settings.threadKeepMs,
  });
  const threads = {
    codeStore,
    threadEnds,
    onUnkept: (err: unknown) => logger.error({ err }, 'The end of a detached thread could not be kept.'),
    workerManager: manager,
    region: settings.region,
    clock: systemClock,
    directChannels: driver.capabilities.directChannels === true,
    processors: availableParallelism(),
  };
  const sessions = new ThreadSessions(new ThreadService(threads));
  undo.defer(async () => {
    sessions.stop();
    await sessions.settled();
  });
  const app = createFrontend({
    store,
    sessions,
    codeStore,
    logs,
    workerManager: manager,
    isReady: (version) => manager.readiness(version).ready,
    deployed: (version) => workers.known.deployed(version),
    prepare: (version) => (warming.keepsAny ? manager.untilReady(version, pendingMsMax) : Promise.resolve()),
    stopping: cancel.signal,
    settings,
    clock: systemClock,
    metrics,
    logger,
    driver: driver.name,
    version: packageVersion(),
  });
  undo.defer(async () => {
    // Together: answering what runs is the frontend's part of it, and that ends when the manager has drained.
    await Promise.all([manager.stop(settings.stopMs), app.close()]);
  });
  const url =
    options.embedded === true ? await embed(app) : await app.listen({ host: settings.host, port: settings.port });
  if (options.embedded !== true) await leaveWord(settings, url, driver.name, undo);
  logger.info({ url, driver: driver.name, mode: verdict.mode, account }, 'Heddle accepts requests.');

  const ready = filled(prepare, warming);
  const running = undo.move();
  let stopped: Promise<void> | undefined;
  return {
    url,
    driver: driver.name,
    home: settings.home,
    ready,
    connect: (wire) => sessions.accept(account, wire),
    stop: () => (stopped ??= running.disposeAsync()),
  };
}

/** Fills the warming pool, once what its instances are made of is there. Rejects where that cannot be had. */
function filled(prepare: () => Promise<void>, warming: WarmingPool): Promise<void> {
  const ready = (async () => {
    await prepare();
    warming.start();
    await warming.ready();
  })();
  // Who waits for it is told; who does not must not be ended by it.
  ready.catch(() => undefined);
  return ready;
}

/** What is kept in the home folder; whoever has the store has the home to itself. */
async function openState(settings: Settings, logger: Logger, undo: AsyncDisposableStack): Promise<State> {
  await mkdir(settings.home, { recursive: true, mode: 0o700 });
  await mkdir(settings.cache, { recursive: true });
  const store = undo.use(openSqliteStore(settings.home));
  const { account } = await ensureCredentials(store, settings.home, systemClock.wall());
  const codeStore = await openCodeStore({ folder: join(settings.home, 'code'), clock: systemClock });
  const logs = openLogStore({
    folder: join(settings.home, 'logs'),
    clock: systemClock,
    onError: (err) => logger.error({ err }, 'What functions printed could not be written.'),
  });
  undo.use(logs);
  return { store, codeStore, logs, account };
}

interface State {
  readonly store: Store;
  readonly codeStore: CodeStore;
  readonly logs: LogStore;
  readonly account: string;
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

/** Everything but the port. */
async function embed(app: FastifyInstance): Promise<string> {
  await app.ready();
  return 'embedded:';
}

/** Says in the home where the service is, for the command line, until it stops. */
async function leaveWord(settings: Settings, url: string, driver: string, undo: AsyncDisposableStack): Promise<void> {
  const path = join(settings.home, 'service.json');
  undo.defer(() => rm(path, { force: true }));
  const text = JSON.stringify({ url, pid: process.pid, region: settings.region, driver });
  await writeFileAtomic(path, [Buffer.from(`${text}\n`)]);
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

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}

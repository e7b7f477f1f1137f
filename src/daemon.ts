import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createFrontend } from './frontend/create-frontend.ts';
import { createLogger } from './frontend/logger.ts';
import { createMetrics } from './frontend/metrics.ts';
import { logObserver, observers } from './frontend/observer.ts';
import { loggingObserver } from './frontend/logging-observer.ts';
import { boot } from './instance/boot.ts';
import type { InstanceDriver, ProbeVerdict } from './instance/contract.ts';
import { createGvisorDriver } from './instance/gvisor/driver.ts';
import { guarded } from './instance/guard.ts';
import { createHostDriver } from './instance/host/driver.ts';
import { createMicrovmDriver } from './instance/microvm/driver.ts';
import type { Places } from './instance/places.ts';
import { allVerdicts, selectDriver } from './instance/select.ts';
import { systemClock } from './model/clock.ts';
import type { Configuration } from './model/configuration.ts';
import { newId } from './model/id.ts';
import type { Settings } from './model/settings.ts';
import { writeFileAtomic } from './store/atomic-file.ts';
import { openCodeStore } from './store/code/code-store.ts';
import { ensureCredentials } from './store/credentials.ts';
import { openLogStore } from './store/logs/log-store.ts';
import { openSqliteStore } from './store/sqlite/open.ts';
import { MemoryBudget } from './warming-pool/memory-budget.ts';
import { WarmingPool, type StartGuest } from './warming-pool/warming-pool.ts';
import type { CodeSource } from './worker-manager/contract.ts';
import { LocalWorkerManager } from './worker-manager/manager.ts';

/** A running service. */
export interface Service {
  /** Where it listens, such as `http://127.0.0.1:4333`. */
  readonly url: string;
  readonly driver: string;
  readonly home: string;
  /** Resolves when the warming pool has its minimum; rejects if it cannot get there. */
  readonly ready: Promise<void>;
  /** No new work; what runs may end within `settings.stopMs`; then nothing is left. Idempotent. */
  stop(): Promise<void>;
}

/** What the caller of {@link startService} may bring along. */
export interface ServiceOptions {
  /** Told, a short line each, what takes long: building images and templates. */
  readonly report?: (line: string) => void;
  readonly logger?: Logger;
  /** Gives up starting; a service that runs already is stopped by `stop`. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a service: takes the home for itself, destroys what a killed service left there, chooses the driver, prepares
 * what is kept warm, listens, and begins to fill the warming pool. Throws, with nothing left running, if the home is in
 * use, no driver works, or the port is taken.
 */
export async function startService(settings: Settings, options: ServiceOptions = {}): Promise<Service> {
  const report = options.report ?? (() => undefined);
  const logger = options.logger ?? createLogger(settings.logLevel, process.stderr);
  await using undo = new AsyncDisposableStack();
  const cancel = new AbortController();
  undo.defer(() => cancel.abort());
  options.signal?.addEventListener('abort', () => cancel.abort(), { once: true });

  await mkdir(settings.home, { recursive: true, mode: 0o700 });
  await mkdir(settings.cache, { recursive: true });
  const store = undo.use(openSqliteStore(settings.home));
  const key = await ensureCredentials(store, settings.home, systemClock.wall());
  const codeStore = await openCodeStore({ folder: join(settings.home, 'code'), clock: systemClock });
  const logs = undo.use(
    openLogStore({
      folder: join(settings.home, 'logs'),
      clock: systemClock,
      onError: (err) => logger.error({ err }, 'What functions printed could not be written.'),
    }),
  );

  const drivers = driversOf(settings);
  for (const driver of drivers) {
    const swept = await driver.sweep();
    if (swept > 0) logger.warn({ driver: driver.name, swept }, 'Destroyed instances that a killed service had left.');
  }
  const { driver, verdict } = await selectDriver(settings.driver, drivers, settings, cancel.signal);
  const prepare = (configuration: Configuration): Promise<void> => driver.prepare(configuration, report, cancel.signal);
  for (const { configuration } of settings.warm) await prepare(configuration);

  const metrics = createMetrics(driver.name);
  const observer = observers([metrics, logObserver(logs), loggingObserver(logger)]);
  const startGuest: StartGuest = async (configuration, signal) => {
    await prepare(configuration);
    return boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  };
  // Somebody waits for a cold one: its first container is enough, others are made when that one is at work.
  const startCold: StartGuest = (configuration, signal) =>
    startGuest(driver.capabilities.clones ? configuration : { ...configuration, blankContainers: 1 }, signal);
  const pools = {
    clock: systemClock,
    memory: new MemoryBudget(settings.memoryMb),
    random: Math.random,
    observer,
  };
  const concurrency = Math.max(1, Math.floor(availableParallelism() / 2));
  const warming = new WarmingPool({ ...pools, ...settings, startGuest: warmedUp(startGuest), concurrency });
  const codeSource: CodeSource = (fn) => codeStore.read(fn.codeSha256);
  const coldStartsMax = Math.max(2, availableParallelism());
  const manager = new LocalWorkerManager({
    ...pools,
    settings,
    warming,
    startGuest: startCold,
    codeSource,
    coldStartsMax,
  });
  undo.defer(() => manager.stop(settings.stopMs));
  const app = createFrontend({
    store,
    codeStore,
    logs,
    workerManager: manager,
    prepare,
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
  const url = await app.listen({ host: settings.host, port: settings.port });
  const word = join(settings.home, 'service.json');
  undo.defer(() => rm(word, { force: true }));
  const text = JSON.stringify({ url, pid: process.pid, region: settings.region, driver: driver.name });
  await writeFileAtomic(word, [Buffer.from(`${text}\n`)]);
  warming.start();
  logger.info({ url, driver: driver.name, mode: verdict.mode, account: key.account }, 'Heddle accepts requests.');

  const running = undo.move();
  let stopped: Promise<void> | undefined;
  return {
    url,
    driver: driver.name,
    home: settings.home,
    ready: warming.ready(),
    stop: () => (stopped ??= running.disposeAsync()),
  };
}

/** What every driver's probe says of this machine; `fresh` asks again instead of believing what is remembered. */
export function probeDrivers(settings: Settings, fresh: boolean, signal: AbortSignal): Promise<ProbeVerdict[]> {
  return allVerdicts(driversOf(settings), { cache: settings.cache, fresh }, signal);
}

/** Starts instances that will wait for somebody, and so have the time to warm up. */
function warmedUp(startGuest: StartGuest): StartGuest {
  return async (configuration, signal) => {
    const guest = await startGuest(configuration, signal);
    try {
      await guest.warmUp();
      return guest;
    } catch (error) {
      await guest.destroy();
      throw error;
    }
  };
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

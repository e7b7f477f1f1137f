import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFrontend } from '../frontend/create-frontend.ts';
import { Tally } from '../frontend/dashboard/tally.ts';
import { openPolicies } from '../frontend/policies/open-policies.ts';
import { createLogger } from '../frontend/observing/logger.ts';
import { AccountGate } from '../frontend/accounts/account-gate.ts';
import { UsageRecorder } from '../frontend/accounts/usage-recorder.ts';
import { Objects } from '../frontend/objects.ts';
import { createMetrics } from '../frontend/metrics/metrics.ts';
import { logObserver, observers } from '../frontend/observing/observer.ts';
import { openEffects } from '../daemon/effects/open-effects.ts';
import { systemClock } from '../model/clock.ts';
import type { Invocation, InvocationOutcome } from '../model/invocations/invocation.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import { openCodeStore } from '../store/code/code-store.ts';
import { ensureCredentials, replaceCredentials } from '../store/credentials.ts';
import { openDurableStore } from '../store/durable/open.ts';
import { openLogStore } from '../store/logs/log-store.ts';
import { openUsageStore } from '../store/usage/usage-store.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import { TriggerWatch } from '../frontend/triggers/trigger-watch.ts';
import { testEvents } from '../frontend/testing/test-events.ts';
import { testSessions } from '../frontend/testing/test-sessions.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';

const snapshot: ServiceSnapshot = {
  warming: [{ configuration: 'nodejs24.x', ready: 2, starting: 1, target: 3, blanks: 4, blanksWanted: 2 }],
  instances: [
    {
      id: 'i-one',
      configuration: 'nodejs24.x*2-10240',
      state: 'warm',
      ageMs: 61_000,
      idleMs: 0,
      containers: [
        { id: 'c-one', runtime: 'nodejs24.x', state: 'blank', ageMs: 61_000, idleMs: 61_000, invocations: 0 },
      ],
    },
  ],
  queue: { length: 0, max: 10 },
  preparations: [],
};

/** Answers with its event, with an error where that is `{"fail": true}`, with what is not JSON where that is `"raw"`. */
function outcomeOf(invocation: Invocation): InvocationOutcome {
  const event = Buffer.from(invocation.payload).toString('utf8');
  const error = Buffer.from('{"errorType":"Error","errorMessage":"asked to fail"}');
  return {
    result: event.includes('"fail"')
      ? { ok: false, functionError: 'Unhandled', payload: error }
      : { ok: true, payload: Buffer.from(event === '"raw"' ? 'no JSON' : event) },
    startPath: 'warm-instance',
    startMs: 1.5,
    durationMs: 2.5,
    memoryPeakMb: 30,
    instanceId: 'i-one',
    containerId: 'c-one',
    log: `START ${invocation.requestId}\nit ran\nEND ${invocation.requestId}\n`,
  };
}

/** A home with a real frontend and store, and a worker manager that only pretends: for tests of the command line. */
export interface TestService extends AsyncDisposable {
  readonly home: string;
  readonly url: string;
  /** Payloads that functions were called with. */
  readonly received: readonly string[];
}

/** Starts one on a free port, in a temporary folder. */
export async function startTestService(): Promise<TestService> {
  const home = mkdtempSync(join(tmpdir(), 'heddle-cli-test-'));
  const { store, ...policies } = openPolicies(openSqliteStore(home), systemClock);
  const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
  const logs = openLogStore({ folder: join(home, 'logs'), clock: systemClock });
  await ensureCredentials(store, home, Date.now());
  const logger = createLogger('silent');
  const usageStore = openUsageStore(home);
  const usage = new UsageRecorder({ store: usageStore, clock: systemClock, logger });
  const [metrics, tally] = [createMetrics('host'), new Tally(systemClock)];
  const observer = observers([logObserver(logs), usage, metrics, tally]);
  const received: string[] = [];
  const workerManager: WorkerManager = {
    async invoke(invocation) {
      received.push(Buffer.from(invocation.payload).toString());
      const outcome = outcomeOf(invocation);
      observer.invoked(invocation.function, invocation.requestId, outcome);
      return outcome;
    },
    prepare: ({ count }) => ({ taken: count, ready: 0, refused: [] }),
    reserve: () => undefined,
    refusal: async () => undefined,
    useOf: () => ({ concurrency: 0, memoryMb: 0 }),
    limitsChanged: () => undefined,
    provision: () => undefined,
    provisioned: () => undefined,
    retire: () => undefined,
    removed: () => undefined,
    portionsEnded: () => undefined,
    readiness: () => ({ ready: true, path: 'warm-instance', blanks: 4, making: 0 }),
    snapshot: () => snapshot,
    stop: async () => undefined,
  };
  const durable = openDurableStore(home);
  const region = 'us-east-1';
  const events = testEvents({ durable, store, workerManager, region, account: '000000000000' });
  const effects = openEffects({ folder: join(home, 'effects'), codeStore, logger });
  const app = createFrontend({
    store,
    ...policies,
    fetchFor: async () => assert.fail('Nothing was to be fetched.'),
    events,
    objects: new Objects({ folder: join(home, 'objects'), clock: systemClock, logger }),
    codeStore,
    logs,
    effects,
    workerManager,
    triggers: new TriggerWatch(systemClock),
    gate: new AccountGate(store.accounts, systemClock),
    usage,
    replaceOwnKey: (before, key) => replaceCredentials(home, before, key),
    functionMbMax: 8_192,
    endedRuntimes: false,
    sessions: testSessions(home, codeStore, workerManager),
    isReady: () => true,
    deployed: () => undefined,
    prepare: async () => undefined,
    stopping: new AbortController().signal,
    settings: { host: '127.0.0.1', region, memoryMb: 8_192, unreservedConcurrency: 100 },
    ownAccount: '000000000000',
    concurrencyMaxOf: () => 1_000,
    clock: systemClock,
    metrics,
    dashboard: { tally, folder: async () => assert.fail('Nobody was to look at a page.') },
    logger,
    driver: 'host',
    version: '0.0.0',
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  writeFileSync(join(home, 'service.json'), JSON.stringify({ url, pid: process.pid }));
  return {
    home,
    url,
    received,
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
      await events.settled();
      await effects[Symbol.asyncDispose]();
      await durable[Symbol.asyncDispose]();
      usage[Symbol.dispose]();
      usageStore[Symbol.dispose]();
      await logs[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      rmSync(home, { recursive: true });
    },
  };
}

/** What a run of the command line interface came to. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the command line interface as a process of its own, with this home and nothing else of the environment's. */
export async function runCli(
  home: string,
  args: readonly string[],
  stdin = '',
  cwd: string = process.cwd(),
  variables: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  const { promise, resolve } = Promise.withResolvers<CliRun>();
  const own = { PATH: process.env['PATH'], HOME: home, HEDDLE_HOME: home, HEDDLE_LAUNCHER: 'heddle' };
  const environment = { ...own, ...variables };
  const node = ['--disable-warning=ExperimentalWarning', main, ...args];
  const child = execFile(process.execPath, node, { env: environment, cwd }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  child.stdin?.end(stdin);
  return await promise;
}

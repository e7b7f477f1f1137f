import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { Queues } from '../../events/queues/queues.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { AccessKey, Store } from '../../store/contract.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { ensureCredentials, replaceCredentials } from '../../store/credentials.ts';
import type { LogStore } from '../../store/logs/contract.ts';
import { openDurableStore } from '../../store/durable/open.ts';
import { openLogStore } from '../../store/logs/log-store.ts';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import { openUsageStore } from '../../store/usage/usage-store.ts';
import { AccountGate } from '../accounts/account-gate.ts';
import { limitedByAccount } from '../accounts/limited-worker-manager.ts';
import { UsageRecorder } from '../accounts/usage-recorder.ts';
import type { FrontendOptions } from '../context.ts';
import { createFrontend } from '../create-frontend.ts';
import { openPolicies } from '../policies/open-policies.ts';
import { underPolicies } from '../policies/under-policies.ts';
import { createLogger } from '../observing/logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { FunctionActivity } from '../observing/activity/activity.ts';
import { logObserver, observers } from '../observing/observer.ts';
import { Objects } from '../objects.ts';
import { Events, type AccountEvents, type EventParts } from '../events.ts';
import { TriggerWatch } from '../triggers/trigger-watch.ts';
import { fakeWorkerManager } from './fake-worker-manager.ts';
import type { FakeWorkerManager } from './fake-worker-manager.ts';
import { testEventParts } from './test-events.ts';
import { testSessions } from './test-sessions.ts';

/** A frontend that listens, on a store of its own in a temporary home, with a fake worker manager behind it. */
export interface TestFrontend extends AsyncDisposable {
  readonly url: string;
  readonly home: string;
  readonly region: string;
  readonly key: AccessKey;
  readonly store: Store;
  readonly logs: LogStore;
  readonly workerManager: FakeWorkerManager;
  readonly queues: Queues;
  readonly server: Server;
  /** A stock client, signed in with the service's key. Retries nothing, so that tests see every answer. */
  client(more?: LambdaClientConfig): LambdaClient;
}

/** `home`: an existing one, which is then not removed at the end. `rateClock`: the time by which accounts' rates are counted. */
export async function startTestFrontend({
  rateClock = systemClock,
  ...changes
}: Partial<FrontendOptions> & {
  readonly home?: string;
  readonly eventParts?: Partial<EventParts>;
  /** Whose events are asked in the place of the service's own. */
  readonly eventsOf?: (parts: Omit<EventParts, 'durable'>) => AccountEvents;
  readonly rateClock?: Clock;
} = {}): Promise<TestFrontend> {
  const home = changes.home ?? (await mkdtemp(join(tmpdir(), 'heddle-frontend-')));
  const region = 'eu-west-1';
  const sqlite = openSqliteStore(home);
  const { policies, roleSessions, store } = openPolicies(sqlite, changes.clock ?? systemClock);
  const logs = openLogStore({ folder: join(home, 'logs'), clock: systemClock });
  const metrics = createMetrics('fake');
  const logger = createLogger('silent');
  const gate = new AccountGate(store.accounts, rateClock);
  const usageStore = openUsageStore(home);
  const usage = new UsageRecorder({ store: usageStore, clock: systemClock, logger });
  const activity = new FunctionActivity(changes.clock ?? systemClock);
  const fake = fakeWorkerManager(observers([metrics, logObserver(logs), usage, activity]));
  const triggers = new TriggerWatch(changes.clock ?? systemClock);
  const workerManager = triggers.watched(underPolicies(limitedByAccount(fake, gate), policies));
  const key = await ensureCredentials(store, home, systemClock.wall());
  const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
  const durable = openDurableStore(home);
  const parts = testEventParts({
    store,
    workerManager,
    region,
    account: key.account,
    ...(changes.clock && { clock: changes.clock }),
    ...changes.eventParts,
  });
  const events = new Events({ durable: changes.eventParts?.durable ?? durable, ...parts });
  const app = createFrontend({
    store,
    codeStore,
    policies,
    roleSessions,
    fetchFor: async () => assert.fail('Nothing was to be fetched.'),
    sessions: testSessions(home, codeStore, workerManager, policies),
    logs,
    workerManager,
    triggers,
    gate,
    usage,
    activity,
    events: changes.eventsOf?.(parts) ?? events,
    objects: new Objects({ folder: join(home, 'objects'), clock: changes.clock ?? systemClock, logger }),
    replaceOwnKey: (before, after) => replaceCredentials(home, before, after),
    metrics,
    isReady: () => changes.prepare === undefined,
    deployed: () => undefined,
    prepare: async () => undefined,
    stopping: new AbortController().signal,
    functionMbMax: 7_936,
    endedRuntimes: true,
    settings: { host: '127.0.0.1', region, memoryMb: 8_192, unreservedConcurrency: 100 },
    ownAccount: key.account,
    concurrencyMaxOf: (account) => store.accounts.limitsOf(account).concurrency ?? 1_000,
    clock: systemClock,
    logger,
    driver: 'fake',
    version: '0.0.0',
    ...changes,
  });
  const { queues } = await events.open();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const clients: LambdaClient[] = [];
  return {
    url,
    home,
    region,
    key,
    store,
    logs,
    workerManager: fake,
    queues,
    server: app.server,
    client(more) {
      const { accessKeyId, secretAccessKey } = key;
      const credentials = { accessKeyId, secretAccessKey };
      const client = new LambdaClient({ endpoint: url, region, credentials, maxAttempts: 1, ...more });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await app.close();
      await events.settled();
      await durable[Symbol.asyncDispose]();
      usage[Symbol.dispose]();
      usageStore[Symbol.dispose]();
      await logs[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      if (changes.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

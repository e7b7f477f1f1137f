import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { systemClock } from '../../model/clock.ts';
import type { AccessKey, Store } from '../../store/contract.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import { ensureCredentials } from '../../store/credentials.ts';
import { openLogStore } from '../../store/logs/log-store.ts';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import type { FrontendOptions } from '../context.ts';
import { createFrontend } from '../create-frontend.ts';
import { createLogger } from '../logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { logObserver, observers } from '../observer.ts';
import { fakeWorkerManager } from './fake-worker-manager.ts';
import type { FakeWorkerManager } from './fake-worker-manager.ts';
import { testSessions } from './test-sessions.ts';

/** A frontend that listens, on a store of its own in a temporary home, with a fake worker manager behind it. */
export interface TestFrontend extends AsyncDisposable {
  readonly url: string;
  readonly home: string;
  readonly region: string;
  readonly key: AccessKey;
  readonly store: Store;
  readonly workerManager: FakeWorkerManager;
  /** A stock client, signed in with the service's key. Retries nothing, so that tests see every answer. */
  client(more?: LambdaClientConfig): LambdaClient;
}

/** `home`: an existing one, which is then not removed at the end. */
export async function startTestFrontend(
  changes: Partial<FrontendOptions> & { readonly home?: string } = {},
): Promise<TestFrontend> {
  const home = changes.home ?? (await mkdtemp(join(tmpdir(), 'heddle-frontend-')));
  const region = 'eu-west-1';
  const store = openSqliteStore(home);
  const logs = openLogStore({ folder: join(home, 'logs'), clock: systemClock });
  const metrics = createMetrics('fake');
  const workerManager = fakeWorkerManager(observers([metrics, logObserver(logs)]));
  const key = await ensureCredentials(store, home, systemClock.wall());
  const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
  const app = createFrontend({
    store,
    codeStore,
    sessions: testSessions(home, codeStore, workerManager),
    logs,
    workerManager,
    metrics,
    isReady: () => changes.prepare === undefined,
    deployed: () => undefined,
    prepare: async () => undefined,
    stopping: new AbortController().signal,
    settings: { host: '127.0.0.1', region, memoryMb: 8_192 },
    clock: systemClock,
    logger: createLogger('silent'),
    driver: 'fake',
    version: '0.0.0',
    ...changes,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const clients: LambdaClient[] = [];
  return {
    url,
    home,
    region,
    key,
    store,
    workerManager,
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
      await logs[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      if (changes.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

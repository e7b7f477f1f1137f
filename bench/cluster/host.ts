import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostRecord } from '../../src/cluster/contract.ts';
import { hostCertificate } from '../../src/cluster/peers/certificate.ts';
import { HostBook, testHost } from '../../src/cluster/peers/testing/hosts.ts';
import { RemoteRunner } from '../../src/cluster/running/remote-runner.ts';
import { serveRuns } from '../../src/cluster/running/serve-runs.ts';
import { logObserver } from '../../src/frontend/observing/observer.ts';
import { fakeWorkerManager } from '../../src/frontend/testing/fake-worker-manager.ts';
import { startTestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import { guarded } from '../../src/instance/guard.ts';
import { boot } from '../../src/instance/guest/boot.ts';
import { createHostDriver } from '../../src/instance/host/driver.ts';
import { systemClock } from '../../src/model/clock.ts';
import { newId } from '../../src/model/id.ts';
import { openCodeStore } from '../../src/store/code/code-store.ts';
import type { CodeStore } from '../../src/store/contract.ts';
import { openLogStore } from '../../src/store/logs/log-store.ts';
import { KnownFunctions } from '../../src/warming-pool/forecast/known-functions.ts';
import { MemoryBudget } from '../../src/warming-pool/memory-budget.ts';
import { WarmingPool } from '../../src/warming-pool/warming-pool.ts';
import { LocalWorkerManager } from '../../src/worker-manager/manager.ts';
import { EchoClient, serveEcho } from './tls-echo.ts';

// One of two hosts, in a process of its own, started by remote-call.ts: a frontend, a worker manager on the driver `host`, and a link to the other. A function
// called `there` runs on the other one; before one called `hop` or `tls` runs here, the other one is asked for an echo, as hosts ask each other or by bare TLS. What says who is there (NATS, in a cluster) is the parent's message.

const shape = { containersMax: 8, memoryMb: 1_024, heapsBySize: false };
const ignore = (): void => undefined;

function send(message: object): void {
  assert.ok(process.send !== undefined, 'It is started by remote-call.ts.');
  process.send(message);
}

async function workers(home: string, codeStore: CodeStore, undo: AsyncDisposableStack): Promise<LocalWorkerManager> {
  const driver = guarded(createHostDriver({ home: join(home, 'driver'), cache: join(home, 'cache') }));
  await driver.prepare({ ...shape, blanks: { 'nodejs24.x': 2 } }, ignore, AbortSignal.timeout(600_000));
  const known = new KnownFunctions(() => systemClock.wall(), { 'nodejs24.x': 2 });
  const logs = undo.use(openLogStore({ folder: join(home, 'printed'), clock: systemClock }));
  const common = {
    clock: systemClock,
    memory: new MemoryBudget(4_096),
    shape,
    random: Math.random,
    observer: logObserver(logs),
    startGuest: (configuration: Parameters<typeof boot>[1]['configuration'], signal: AbortSignal) =>
      boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal),
  };
  const kept = { min: 1, max: 1, instanceLifeMs: 3_600_000, concurrency: 1 };
  const warming = new WarmingPool({ ...common, ...kept, expectation: known });
  const idleMs = { containerIdleMs: 600_000, surplusIdleMs: 600_000, instanceIdleMs: 600_000 };
  const manager = new LocalWorkerManager({
    ...common,
    warming,
    known,
    networkFor: () => undefined,
    settings: { region: 'eu-west-1', ...idleMs, instanceLifeMs: 3_600_000, queueMax: 100, queueWaitMs: 10_000 },
    codeSource: ({ codeSha256 }) => codeStore.read(codeSha256),
    concurrencyMaxOf: () => Infinity,
    coldStartsMax: 2,
    processors: { count: 2, full: () => false },
    exactCallTimes: true,
  });
  undo.defer(() => manager.stop(1_000));
  warming.start();
  await warming.ready();
  return manager;
}

/** What the parent says: of the other host; that it wants so many bare calls; what this one has used; or that all is over. */
interface FromParent {
  readonly record?: HostRecord;
  readonly echoPort?: number;
  readonly echo?: number;
  readonly cpu?: true;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** So many bare calls of the other host, one after the other: how long each took, ms. */
async function bareCalls(count: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    await host.peers.call(other, 'bench.echo', { payload: Buffer.from('{}') });
    took.push(performance.now() - began);
  }
  return took;
}

await using undo = new AsyncDisposableStack();
const home = await mkdtemp(join(tmpdir(), 'heddle-bench-host-'));
undo.defer(() => rm(home, { recursive: true, force: true }));
const known = new HostBook();
const host = await testHost(process.argv[2] ?? '', undo, known);
const codeStore = await openCodeStore({ folder: join(home, 'code'), clock: systemClock });
const local = await workers(home, codeStore, undo);
const runHere = local.invoke.bind(local);
serveRuns({ peers: host.peers, localCode: codeStore, clusterCode: codeStore, clock: systemClock, runHere });
const runner = new RemoteRunner(host.peers, systemClock);
let other = '';
const workerManager = {
  ...fakeWorkerManager(),
  async invoke(...[invocation, signal]: Parameters<LocalWorkerManager['invoke']>) {
    const { name } = invocation.function;
    if (name === 'there') return runner.invoke(other, invocation, signal);
    if (name === 'tls') await echo?.echo();
    if (name === 'hop') await host.peers.call(other, 'bench.echo', { payload: invocation.payload });
    return local.invoke(invocation, signal);
  },
};
const frontend = undo.use(await startTestFrontend({ home, codeStore, workerManager }));
host.peers.serve('bench.echo', async (body) => body);
await host.join();
const certificate = await hostCertificate(host.home, host.id);
const echoPort = await serveEcho(certificate, undo);
let echo: EchoClient | undefined;
const { accessKeyId, secretAccessKey } = frontend.key;
send({ url: frontend.url, key: { accessKeyId, secretAccessKey }, record: known.seenBy(host.id).self, echoPort });
const over = Promise.withResolvers<void>();
process.on('message', (message: FromParent) => {
  if (message.cpu === true) return send({ cpuMs: cpuMs() });
  if (message.echo !== undefined) return void bareCalls(message.echo).then((ms) => send({ ms }));
  if (message.record === undefined) return over.resolve();
  other = message.record.id;
  echo = undo.use(new EchoClient(message.echoPort ?? 0, certificate));
  known.set(message.record);
});
process.once('disconnect', over.resolve);
await over.promise;
if (process.connected) process.disconnect();

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import type { HostId } from '../../../cluster/contract.ts';
import { ClusterHomes } from '../../../cluster/homes/homes.ts';
import { MemoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import { MemoryLog } from '../../../cluster/testing/memory-log.ts';
import { MemoryPeers } from '../../../cluster/testing/memory-peers.ts';
import type { OpenedEvents } from '../../../frontend/opened-events.ts';
import { fakeWorkerManager, outcomeOf, type FakeWorkerManager } from '../../../frontend/testing/fake-worker-manager.ts';
import { testEventParts } from '../../../frontend/testing/test-events.ts';
import { systemClock } from '../../../model/clock.ts';
import type { EventReport } from '../../../store/durable/contracts/events.ts';
import { ensureCredentials } from '../../../store/credentials.ts';
import type { Store } from '../../../store/contract.ts';
import { openSqliteStore } from '../../../store/sqlite/open.ts';
import { recordOf } from '../../../store/testing/record-of.ts';
import { ClusterEvents } from '../cluster-events.ts';

const logger = pino({ level: 'silent' });

interface Host {
  readonly id: HostId;
  readonly account: string;
  readonly homes: ClusterHomes;
  readonly workers: FakeWorkerManager;
  opened(): Promise<OpenedEvents>;
  drain(draining: boolean): Promise<void>;
}

interface Hosts extends AsyncDisposable {
  readonly account: string;
  readonly cluster: MemoryCluster;
  readonly peers: MemoryPeers;
  start(id: HostId): Host;
}

/** Hosts of one process, with logs that all of them see and a function `f`. */
async function hosts(): Promise<Hosts> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'heddle-hand-over-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const store: Store = undo.use(openSqliteStore(folder));
  const { account } = await ensureCredentials(store, folder, 0);
  await store.functions.create(recordOf('f', { account }));
  const [cluster, peers, logs] = [new MemoryCluster(), new MemoryPeers(), new Map<string, MemoryLog>()];
  const logOf = (name: string): MemoryLog => {
    const log = logs.get(name) ?? new MemoryLog();
    logs.set(name, log);
    return log;
  };
  const stack = undo.move();
  return {
    account,
    cluster,
    peers,
    start: (id) => {
      const { membership, leases } = cluster.join(id);
      const homes = new ClusterHomes({ membership, leases, clock: systemClock, logger });
      const workers = fakeWorkerManager();
      const events = testEventParts({ store, workerManager: workers, region: 'eu-west-1', account, logger });
      const around = { homes, membership, peers: peers.join(id), folder: join(folder, id), logOf, logger };
      const room = new ClusterEvents({ events, ...around });
      homes.add(room);
      homes.begin();
      stack.use(homes);
      return {
        id,
        account,
        homes,
        workers,
        opened: async () => await room.of(account).open(),
        drain: (draining) => membership.setDraining(draining),
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function homeIs({ homes, account }: Host): Promise<void> {
  while (homes.homeOf(account).at !== 'here') await wait(5);
}

/** What is known of an event when it is over. */
async function ended(host: Host, requestId: string): Promise<EventReport | undefined> {
  for (;;) {
    const [report] = await (await host.opened()).async.find(host.account, requestId);
    if (report?.endedMs !== undefined) return report;
    await wait(5);
  }
}

async function accept(host: Host, requestId: string): Promise<void> {
  const { account } = host;
  await (await host.opened()).async.accept({ account, functionName: 'f', requestId, payload: new Uint8Array([1]) });
}

/** An event that runs on a host when another becomes the home of its account; `end`: its function returns. */
async function movedWhileRunning(
  all: Hosts,
): Promise<{ readonly first: Host; readonly second: Host; readonly end: (error?: Error) => void }> {
  const first = all.start('h-1');
  await homeIs(first);
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  first.workers.behaviour = async () => {
    begun.resolve();
    await over.promise;
    return outcomeOf(new Uint8Array());
  };
  await accept(first, 'r');
  await begun.promise;
  const second = all.start('h-2');
  await first.drain(true);
  await homeIs(second);
  return { first, second, end: (error) => (error === undefined ? over.resolve() : over.reject(error)) };
}

test('what runs when its home moves on purpose runs once: the next home is told what came of it', async () => {
  await using all = await hosts();
  const { second, end } = await movedWhileRunning(all);
  // What came meanwhile is not held up.
  await accept(second, 'next');
  await ended(second, 'next');
  assert.deepEqual(
    second.workers.invocations.map(({ requestId }) => requestId),
    ['next'],
  );
  end();
  const report = await ended(second, 'r');
  assert.deepEqual([report?.condition, report?.runs], ['Success', 1]);
  assert.equal(second.workers.invocations.length, 1);
});

test('a function that fails after its home has moved is tried again by the next home, as one try', async () => {
  await using all = await hosts();
  const { second, end } = await movedWhileRunning(all);
  end(new Error('The instance was lost.'));
  const report = await ended(second, 'r');
  assert.deepEqual([report?.condition, report?.runs, report?.attempts.length], ['Success', 2, 2]);
  assert.equal(second.workers.invocations.length, 1);
});

test('what a home left running when it moved is begun again where that host dies', async () => {
  await using all = await hosts();
  const { first, second } = await movedWhileRunning(all);
  all.peers.kill(first.id);
  all.cluster.kill(first.id);
  assert.equal((await ended(second, 'r'))?.condition, 'Success');
  assert.deepEqual(
    second.workers.invocations.map(({ requestId }) => requestId),
    ['r'],
  );
});

test('a home that dies leaves to the one after it what the one before it still runs', async () => {
  await using all = await hosts();
  const { second, end } = await movedWhileRunning(all);
  const third = all.start('h-3');
  all.peers.kill(second.id);
  all.cluster.kill(second.id);
  await homeIs(third);
  await accept(third, 'next');
  await ended(third, 'next');
  end();
  assert.equal((await ended(third, 'r'))?.runs, 1);
  assert.equal(third.workers.invocations.length, 1);
});

test('what was received of a queue before its home moved is deleted at the next one', async () => {
  await using all = await hosts();
  const first = all.start('h-1');
  await homeIs(first);
  const { account } = all;
  const name = { account, name: 'jobs' };
  const { queues } = await first.opened();
  await queues.admin.create(name, {}, {});
  await queues.inside.send(name, { body: 'once' });
  const received = await queues.inside.receive(name, { max: 10, waitMs: 0 });
  assert.equal(received.length, 1);
  const second = all.start('h-2');
  await first.drain(true);
  await homeIs(second);
  await queues.inside.delete(name, received);
  const [overview] = await (await second.opened()).queues.admin.overview(10, account);
  assert.deepEqual([overview?.name, overview?.ready, overview?.inFlight], ['jobs', 0, 0]);
});

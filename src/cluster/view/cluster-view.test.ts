import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { HostStatus } from '../../model/cluster-snapshot.ts';
import type { InstanceSnapshot } from '../../model/snapshot.ts';
import type { ClusterOverview } from '../contract.ts';
import { HostBook, testHosts } from '../peers/testing/hosts.ts';
import { openView } from './cluster-view.ts';
import { mergedUsage } from './merge-usage.ts';
import type { ListedStream } from './streams.ts';

const load: HostStatus = {
  running: 1,
  waiting: 2,
  instances: 1,
  containers: 4,
  idleContainers: 3,
  memoryMb: 256,
  memoryMbMax: 4_096,
  processors: 2,
  processorLoad: 0.5,
  peers: 2,
  shards: [{ shard: 0, epoch: '7', waiting: 3, bytesSinceSnapshot: 9 }],
  statePosition: '8',
};
const used = {
  account: '1',
  functionName: 'f',
  fromMs: 3_600_000,
  requests: 2,
  errors: 1,
  gbSeconds: 0.5,
  egressBytes: 4,
};

function instance(id: string): InstanceSnapshot {
  return { id, configuration: 'c', state: 'allocated', account: '1', ageMs: 1, idleMs: 1, containers: [] };
}

interface ViewedHosts {
  readonly known: HostBook;
  readonly ids: readonly string[];
  readonly views: readonly ClusterOverview[];
}

/** Three hosts with views over real connections. NATS fails where `streams` does. */
async function viewed(undo: AsyncDisposableStack, streams: () => AsyncIterable<ListedStream>): Promise<ViewedHosts> {
  const known = new HostBook();
  const hosts = await testHosts(3, undo, known);
  const ids = hosts.map(({ id }) => id);
  const views = hosts.map(({ id, peers }) =>
    openView({
      // Who is there is known when all have joined.
      membership: {
        get self() {
          return known.seenBy(id).self;
        },
        alive: () => known.seenBy(id).alive(),
        all: () => known.seenBy(id).all(),
        find: (host) => known.seenBy(id).find(host),
      },
      // Of all accounts but one the second host is the home.
      homes: {
        homeOf: (account) =>
          account === 'homeless' ? { at: 'nowhere' } : { at: 'host', host: ids[1] ?? '', epoch: 7n },
      },
      leases: { holderOf: (name) => (name === 'shard-0' ? { host: ids[1] ?? '', epoch: 7n } : undefined) },
      shards: ['shard-0', 'shard-1'],
      peers,
      streams: { list: streams },
      own: {
        load: () => load,
        instances: (account) => [instance(`i-${id.slice(-1)}-${account}`)],
        usage: () => [used],
        traces: () => [],
      },
      stateStream: 'STATE',
      clock: systemClock,
      text: () => 'more\n',
    }),
  );
  for (const host of hosts) await host.join();
  return { known, ids, views };
}

async function* none(): AsyncGenerator<ListedStream> {}

test('each host says what it does, and one that is silent is shown as such', async () => {
  await using undo = new AsyncDisposableStack();
  const { known, ids, views } = await viewed(undo, none);
  const [view] = views;
  known.setSilent(ids[2] ?? '', true);
  const { asked, hosts, shards, streams } = (await view?.snapshot()) ?? assert.fail();
  assert.equal(asked, ids[0]);
  assert.deepEqual(
    hosts.map(({ id, alive, load: said, why }) => [id, alive, said?.running, why]),
    [
      [ids[0], true, 1, undefined],
      [ids[1], true, 1, undefined],
      [ids[2], false, undefined, 'It is not heard.'],
    ],
  );
  assert.deepEqual(shards, [{ shard: 0, host: ids[1], epoch: '7', waiting: 3, bytesSinceSnapshot: 9 }, { shard: 1 }]);
  assert.deepEqual(streams, []);
});

test('without NATS the rest is shown all the same', async () => {
  await using undo = new AsyncDisposableStack();
  const { views } = await viewed(undo, () => {
    throw new Error('no responders');
  });
  const { hosts, natsWhy } = (await views[0]?.snapshot()) ?? assert.fail();
  assert.equal(natsWhy, 'no responders');
  assert.equal(hosts.length, 3);
  assert.match((await views[0]?.metrics()) ?? '', /^heddle_cluster_nats_up 0$/m);
});

test('a host that has not all of the log of the state is shown to be behind, and says so to who watches', async () => {
  await using undo = new AsyncDisposableStack();
  const { views } = await viewed(undo, async function* () {
    yield { config: { name: 'STATE' }, state: { messages: 3, bytes: 9, last_seq: 10 } };
  });
  const { hosts } = (await views[0]?.snapshot()) ?? assert.fail();
  assert.deepEqual(
    hosts.map(({ stateBehind }) => stateBehind),
    [2, 2, 2],
  );
  const text = (await views[0]?.metrics()) ?? '';
  assert.match(text, /^heddle_cluster_state_behind 2$/m);
  assert.match(text, /^heddle_cluster_state_lag_seconds 0$/m);
});

test('instances have the name of their host, and usage is the sum; who is away is named', async () => {
  await using undo = new AsyncDisposableStack();
  const { known, ids, views } = await viewed(undo, none);
  const names = known.seenBy(ids[0] ?? '').all();
  const { found, silent } = (await views[0]?.instances('1')) ?? assert.fail();
  assert.deepEqual(
    found.map(({ id, host }) => [id, host]),
    names.map(({ id, name }) => [`i-${id.slice(-1)}-1`, name]),
  );
  assert.deepEqual(silent, []);
  known.setSilent(ids[1] ?? '', true);
  const usage = (await views[0]?.usage({ sinceMs: 0, untilMs: 1 })) ?? assert.fail();
  assert.deepEqual(usage.found, [{ ...used, requests: 4, errors: 2, gbSeconds: 1, egressBytes: 8 }]);
  assert.deepEqual(usage.silent, [names[1]?.name]);
});

test('what hosts tell of an account is asked of all, or of its home alone', async () => {
  await using undo = new AsyncDisposableStack();
  const { known, ids, views } = await viewed(undo, none);
  for (const [n, view] of views.entries())
    view.tells('greeting', async (account, about) => ({ said: `${n} ${account} ${about}` }));
  const [view] = views;
  assert.deepEqual((await view?.told('greeting', '1'))?.found.map((one) => Object(one).said).toSorted(), [
    '1 1 ',
    '2 1 ',
  ]);
  assert.deepEqual(await view?.told('greeting', '1', { about: 'x', ofHome: true }), {
    found: [{ said: '1 1 x' }],
    silent: [],
  });
  assert.deepEqual(await view?.told('greeting', 'homeless', { ofHome: true }), {
    found: [],
    silent: ["the account's home"],
  });
  known.setSilent(ids[1] ?? '', true);
  const names = known.seenBy(ids[0] ?? '').all();
  assert.deepEqual((await view?.told('greeting', '1', { ofHome: true }))?.silent, [names[1]?.name]);
});

test('usage of different functions, accounts and times stays apart', () => {
  const others = [used, { ...used, functionName: 'g' }, { ...used, account: '2' }, { ...used, fromMs: 0 }];
  const merged = mergedUsage([others, others]);
  assert.deepEqual(
    merged.map(({ fromMs, requests }) => [fromMs, requests]),
    [
      [0, 4],
      [3_600_000, 4],
      [3_600_000, 4],
      [3_600_000, 4],
    ],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Lease } from '../contract.ts';
import { MemoryCluster } from '../testing/memory-cluster.ts';
import { StepClock } from '../testing/step-clock.ts';
import { ClusterHomes } from './homes.ts';
import { ranked } from './ranking.ts';
import type { HomeRoom, OpenHome } from './room.ts';
import { shardCount, shardName, shardOf } from './shards.ts';
import { untilAllHave } from './until-all-have.ts';

const logger = pino({ level: 'silent' });
const shards = Array.from({ length: shardCount }, (_, shard) => shard);
const hosts = ['h-1', 'h-2', 'h-3'];

/** A room that writes down what is done with it, and in which something is kept. */
class Told implements HomeRoom {
  readonly opened: Map<number, Lease> = new Map();
  readonly told: string[] = [];
  used = true;
  left: Promise<void> = Promise.resolve();
  fails = 0;

  async open(shard: number, lease: Lease): Promise<OpenHome> {
    if (this.fails-- > 0) throw new Error('Nobody answered.');
    this.opened.set(shard, lease);
    const end = (how: string): void => {
      this.told.push(`${how} ${shard}`);
      this.opened.delete(shard);
    };
    const { used } = this;
    return {
      used,
      leave: async () => {
        await this.left;
        end('left');
      },
      drop: async () => end('dropped'),
    };
  }
}

class Hosts {
  readonly clock = new StepClock();
  readonly cluster = new MemoryCluster();
  readonly all: Map<
    string,
    { readonly homes: ClusterHomes; readonly room: Told; readonly drain: () => Promise<void> }
  > = new Map();

  add(id: string, prepare: (room: Told) => void = () => undefined): void {
    const { membership, leases } = this.cluster.join(id);
    const homes = new ClusterHomes({ membership, leases, clock: this.clock, logger });
    const room = new Told();
    prepare(room);
    homes.add(room);
    homes.begin();
    this.all.set(id, { homes, room, drain: () => membership.setDraining(true) });
  }

  of(id: string): { readonly homes: ClusterHomes; readonly room: Told; readonly drain: () => Promise<void> } {
    const found = this.all.get(id);
    assert.ok(found !== undefined);
    return found;
  }

  /** What was done until now is of no interest. */
  forget(): void {
    for (const { room } of this.all.values()) room.told.length = 0;
  }

  /** Who has each shard; nobody has one that another has. */
  holders(): (string | undefined)[] {
    return shards.map((shard) => {
      const holders = [...this.all].filter(([, { room }]) => room.opened.has(shard)).map(([id]) => id);
      assert.ok(holders.length <= 1, `${holders.join(' and ')} have shard ${shard}`);
      return holders[0];
    });
  }
}

const best = (among: readonly string[]): (string | undefined)[] => shards.map((shard) => ranked(shard, among)[0]);

function threeHosts(): Hosts {
  const three = new Hosts();
  for (const id of hosts) three.add(id);
  return three;
}

test('three hosts share all shards, each as it should be', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  assert.deepEqual(three.holders(), best(hosts));
  for (const shard of shards) {
    const home = three.of('h-1').homes.homeOfShard(shard);
    assert.deepEqual(home.at === 'here' ? 'h-1' : home.at === 'host' && home.host, best(hosts)[shard]);
  }
});

test('what a dead host had is taken by those that should have it, and nothing else moves', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const dead = three.of('h-2').room;
  three.forget();
  three.cluster.kill('h-2');
  three.all.delete('h-2');
  await three.clock.pass(2_000);
  assert.deepEqual(three.holders(), best(['h-1', 'h-3']));
  for (const id of ['h-1', 'h-3']) assert.deepEqual(three.of(id).room.told, []);
  assert.ok(
    dead.told.every((what) => what.startsWith('dropped')),
    'what it had is not dropped where its lease ran out',
  );
});

test('a host that comes gets its shards, one after the other, when it has been there for a while', async () => {
  const three = new Hosts();
  three.add('h-1');
  await three.clock.pass(60_000);
  assert.deepEqual(three.holders(), best(['h-1']));
  three.add('h-2');
  await three.clock.pass(10_000);
  assert.deepEqual(three.holders(), best(['h-1']), 'it was given one at once');
  await three.clock.pass(60_000);
  assert.deepEqual(three.holders(), best(['h-1', 'h-2']));
  assert.ok(three.of('h-1').room.told.every((what) => what.startsWith('left')));
  // And then nothing moves any more.
  const told = three.of('h-1').room.told.length;
  await three.clock.pass(600_000);
  assert.equal(three.of('h-1').room.told.length, told);
  assert.deepEqual(three.of('h-2').room.told, []);
});

test('a host that drains gives all it has to others, and takes nothing', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  await three.of('h-3').drain();
  await three.clock.pass(20_000);
  assert.deepEqual(three.holders(), best(['h-1', 'h-2']));
});

test('who asks while a shard is being left is told where it is then', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const { room, homes } = three.of('h-3');
  const [shard = 0] = [...room.opened.keys()];
  const account = accountIn(shard);
  const leaving = Promise.withResolvers<void>();
  room.left = leaving.promise;
  await three.of('h-3').drain();
  await three.clock.pass(1_000);
  assert.equal(homes.homeOf(account).at, 'nowhere');
  const settled = homes.settledHomeOf(account, 60_000);
  leaving.resolve();
  await three.clock.pass(20_000);
  const home = await settled;
  assert.equal(home.at === 'host' && home.host, ranked(shard, ['h-1', 'h-2'])[0]);
});

test('a home that never comes is not waited for longer than was said', async () => {
  const three = new Hosts();
  const { membership, leases } = three.cluster.join('h-1');
  const homes = new ClusterHomes({ membership, leases, clock: three.clock, logger });
  const rejected = assert.rejects(homes.settledHomeOf('000000000000', 5_000), { name: 'ClusterUnavailableError' });
  await three.clock.pass(5_000);
  await rejected;
});

test('what cannot be opened is given back, and tried again', async () => {
  const one = new Hosts();
  one.add('h-1', (room) => (room.fails = 3));
  await one.clock.pass(10_000);
  assert.deepEqual(one.holders(), best(['h-1']));
});

test('what a host cannot open is opened by the next, and it is given ever more seldom to that host', async () => {
  const three = new Hosts();
  for (const id of hosts) three.add(id, (room) => id === 'h-1' && (room.fails = Number.POSITIVE_INFINITY));
  await three.clock.pass(10_000);
  assert.deepEqual(three.holders(), best(['h-2', 'h-3']));
  three.forget();
  await three.clock.pass(3_600_000);
  const left = ['h-2', 'h-3'].flatMap((id) => three.of(id).room.told).length;
  const wanted = best(hosts).filter((host) => host === 'h-1').length;
  assert.ok(left <= wanted * 8, `${left} of ${wanted}`);
});

test('whose lease runs out drops what it had, and is no home from that moment', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const { room, homes } = three.of('h-1');
  const had = [...room.opened.keys()];
  assert.ok(had.length > 0);
  three.forget();
  three.cluster.runOut('h-1');
  for (const shard of had) assert.equal(homes.homeOfShard(shard).at, 'nowhere');
  await three.clock.pass(60_000);
  assert.deepEqual(
    room.told.toSorted(),
    had.map((shard) => `dropped ${shard}`),
  );
  assert.deepEqual(three.holders(), best(hosts));
});

test('whose lease is suspended keeps what it had, is no home for as long, and is one again', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const { room, homes } = three.of('h-1');
  const had = new Map(room.opened);
  assert.ok(had.size > 0);
  const [shard = 0, lease] = [...had][0] ?? [];
  const account = accountIn(shard);
  three.forget();
  three.cluster.suspend('h-1', true);
  assert.deepEqual(homes.homeOf(account), { at: 'nowhere', suspended: lease });
  const late = assert.rejects(homes.settledHomeOf(account, 5_000), { name: 'ClusterUnavailableError' });
  const settled = homes.settledHomeOf(account, 60_000);
  await three.clock.pass(20_000);
  await late;
  three.cluster.suspend('h-1', false);
  await three.clock.pass(0);
  assert.deepEqual(await settled, { at: 'here', lease });
  assert.deepEqual(room.opened, had);
  assert.deepEqual(room.told, []);
  assert.deepEqual(three.holders(), best(hosts));
});

test('a host that stops gives all it has, also what it was just taking', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const { homes, room } = three.of('h-2');
  const disposed = homes[Symbol.asyncDispose]();
  await three.clock.pass(0);
  await disposed;
  assert.equal(room.opened.size, 0);
  await three.clock.pass(20_000);
  assert.ok(three.holders().every((holder) => holder !== undefined && holder !== 'h-2'));
});

test('a host stops also where nobody can be told that it does', async () => {
  const one = new Hosts();
  const { membership, leases } = one.cluster.join('h-1');
  const untold = { ...membership, setDraining: () => new Promise<void>(() => undefined) };
  const homes = new ClusterHomes({ membership: untold, leases, clock: one.clock, logger });
  homes.begin();
  await one.clock.pass(1_000);
  assert.equal(homes.here().length, shardCount);
  let hasStopped = false;
  void homes[Symbol.asyncDispose]().then(() => (hasStopped = true));
  await one.clock.pass(10_000);
  assert.ok(hasStopped);
  assert.ok(shards.every((shard) => leases.holderOf(shardName(shard)) === undefined));
});

test('a host that is drained gives all it has together: one that takes long keeps nobody waiting', async () => {
  const three = threeHosts();
  await three.clock.pass(60_000);
  const { room, drain } = three.of('h-3');
  const had = room.opened.size;
  assert.ok(had > 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  room.left = promise;
  three.forget();
  await drain();
  await three.clock.pass(1_000);
  resolve();
  await three.clock.pass(0);
  assert.equal(room.told.length, had);
});

test('it is known when all accounts have a home, and when some have none for long', async () => {
  const one = new Hosts();
  const { membership, leases } = one.cluster.join('h-1');
  const homes = new ClusterHomes({ membership, leases, clock: one.clock, logger });
  const { signal } = new AbortController();
  const inVain = untilAllHave(homes, 5_000, one.clock, signal);
  await one.clock.pass(5_000);
  assert.equal(await inVain, false);
  const waited = untilAllHave(homes, 60_000, one.clock, signal);
  homes.begin();
  await one.clock.pass(10_000);
  assert.equal(await waited, true);
});

test('a better host that takes nothing is given nothing, ever more seldom', async () => {
  const two = new Hosts();
  two.add('h-1');
  await two.clock.pass(60_000);
  // It is heard, and does nothing.
  two.cluster.join('h-2');
  await two.clock.pass(3_600_000);
  const { told } = two.of('h-1').room;
  const moved = best(['h-1', 'h-2']).filter((host) => host === 'h-2').length;
  assert.ok(moved > 0 && told.length > 0 && told.length <= moved * 8, `${told.length} of ${moved}`);
  assert.deepEqual(two.holders(), best(['h-1']));
});

function accountIn(shard: number): string {
  for (let n = 0; ; n += 1) {
    const account = String(n).padStart(12, '0');
    if (shardOf(account) === shard) return account;
  }
}

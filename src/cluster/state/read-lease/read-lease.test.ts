import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostsOfALog, servers } from './testing/hosts-of-a-log.ts';
import { waitMs } from './times.ts';

/** More of them with `HEDDLE_TEST_SLOW=1`. */
const seeds = process.env['HEDDLE_TEST_SLOW'] === '1' ? 200 : 6;

const nothingToCheck = (): void => undefined;

/** Three hosts that answer. */
async function three(): Promise<HostsOfALog> {
  const all = new HostsOfALog(1, 3);
  await all.world.runUntil(5_000, nothingToCheck);
  assert.deepEqual(
    all.hosts.map(({ lease }) => lease.valid),
    [true, true, true],
  );
  return all;
}

/** Changes something at a host; gives how long it took until that was acknowledged, ms. */
async function changeTakes(all: HostsOfALog, n: number): Promise<number> {
  const beganAt = all.world.now;
  let endedAt: number | undefined;
  void all.hosts[n]?.change().then((made) => made && (endedAt = all.world.now));
  await all.world.runUntil(beganAt + 20_000, () => assert.deepEqual(all.stale(), []));
  assert.ok(endedAt !== undefined, 'it was not acknowledged');
  return endedAt - beganAt;
}

test('a change is acknowledged when all hosts have it, which takes no longer than that', async () => {
  const all = await three();
  assert.ok((await changeTakes(all, 0)) < 250);
});

test('a host that is cut off is waited for until it answers nobody, and then no more', async () => {
  const all = await three();
  const [, , lost] = all.hosts;
  assert.ok(lost !== undefined);
  all.isolate(lost);
  const first = await changeTakes(all, 0);
  assert.ok(first > 3_000 && first < waitMs + 250, `${first} ms`);
  assert.equal(lost.lease.valid, false);
  assert.ok((await changeTakes(all, 0)) < 250);
  await assert.rejects(async () => {
    const asked = lost.lease.settled();
    await Promise.all([asked, all.world.runUntil(all.world.now + 10_000, nothingToCheck)]);
  }, /cut off/);
  all.mend();
  await all.world.runUntil(all.world.now + 3_000, nothingToCheck);
  assert.deepEqual([lost.lease.valid, lost.position], [true, 2n]);
});

test('without a majority of servers all go on answering for as long as it lasts', async () => {
  const all = await three();
  all.hasMajority = false;
  await all.world.runUntil(all.world.now + 120_000, () =>
    assert.deepEqual(
      all.hosts.map(({ lease }) => lease.valid),
      [true, true, true],
    ),
  );
});

test('a host that servers still answer goes on, though all others are gone', async () => {
  const all = await three();
  const [one, ...others] = all.hosts;
  for (const other of others) other.dead = true;
  await all.world.runUntil(all.world.now + 60_000, () => assert.equal(one?.lease.valid, true));
});

test('whatever is cut, stands still, is slow or dies, nobody answers from before what was acknowledged', async () => {
  let acknowledged = 0n;
  for (let seed = 1; seed <= seeds; seed += 1) acknowledged += await chaos(seed);
  assert.ok(acknowledged > BigInt(seeds) * 15n, `${acknowledged} changes were acknowledged`);
});

async function chaos(seed: number): Promise<bigint> {
  const all = new HostsOfALog(seed, 3 + (seed % 3), 0.05);
  const { world, hosts } = all;
  const one = <T>(list: readonly T[]): T => list[Math.floor(world.random() * list.length)] ?? assert.fail();
  for (const host of hosts) host.deafKeeps = world.random() < 0.5;
  const places = [servers, ...hosts.map(({ id }) => id)];
  const faults = [
    () => all.isolate(one(hosts)),
    () => all.cut(one(hosts).id, servers),
    () => all.cut(servers, one(hosts).id),
    () => all.cut(one(places), one(places)),
    () => one(hosts).pause(world.random() * 15_000),
    () => void (all.hasMajority = false),
    () => void (hosts.filter(({ dead }) => !dead).length > 2 && world.random() < 0.1 && (one(hosts).dead = true)),
  ];
  const trouble = (): void => {
    if (world.random() < 0.35) {
      all.mend();
      all.hasMajority = true;
    } else one(faults)();
    world.at(world.random() * 5_000, trouble);
  };
  const traffic = (): void => {
    const host = one(hosts);
    host.run(() => void host.change());
    world.at(world.random() * 400, traffic);
  };
  world.at(5_000, trouble);
  world.at(3_000, traffic);
  await world.runUntil(60_000, () =>
    assert.deepEqual(
      all.stale().map(({ id, position }) => [seed, world.now, id, position, all.acknowledged]),
      [],
    ),
  );
  return all.acknowledged;
}

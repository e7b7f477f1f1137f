import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterUnavailableError, type Lease } from '../contract.ts';
import { ClusterLeases } from './cluster-leases.ts';
import { Machine, type Weather, World } from './testing/world.ts';
import { graceMs, leaseMs, suspendedMsMax, suspendedRetryMs } from './times.ts';

const calm: Weather = { lost: 0, slow: 0, slowMsMax: 0, stale: 0 };
const storm: Weather = { lost: 0.05, slow: 0.05, slowMsMax: 12_000, stale: 0.2 };

/** Longer than those of NATS: 4 to 9 s were measured. */
const electionMsMax = 10_000;
/** Messages take up to 21 ms in calm weather. */
const roundTripMs = 50;

/** A host that wants the lease all the time. */
class Contender {
  readonly machine: Machine;
  readonly leases: ClusterLeases;
  readonly #world: World;
  readonly #releases: number;
  lease: Lease | undefined;

  /** `rate`: of its clock; `releases`: how often it gives back what it has, of the times that it looks. */
  constructor(world: World, index: number, rate: number, releases = 0) {
    this.#world = world;
    this.#releases = releases;
    this.machine = new Machine(world, rate);
    this.leases = new ClusterLeases({
      store: this.machine,
      clock: this.machine,
      self: `h-${index}`,
      report: (error) => assert.ok(error instanceof ClusterUnavailableError),
    });
    this.#tryAgain();
  }

  get holds(): boolean {
    return this.lease?.valid === true;
  }

  #tryAgain(): void {
    this.machine.timer(100 + this.#world.random() * 200, () => {
      void this.#take().finally(() => this.#tryAgain());
    });
  }

  async #take(): Promise<void> {
    if (this.holds && this.#world.random() < this.#releases) await this.lease?.release();
    if (this.lease?.over.aborted === false) return;
    try {
      this.lease = await this.leases.take('it');
    } catch (error) {
      assert.ok(error instanceof ClusterUnavailableError);
    }
  }
}

function contend(world: World, rates: readonly number[], releases = 0): readonly Contender[] {
  return rates.map((rate, index) => new Contender(world, index, rate, releases));
}

/** At most one believes at any moment, also of those that stand still, and each later one has a higher epoch. */
function onlyOne(contenders: readonly Contender[]): () => void {
  let epoch = -1n;
  return () => {
    const holders = contenders.filter(({ holds, machine }) => holds && !machine.dead);
    assert.ok(holders.length <= 1, `${holders.length} have it at once`);
    const held = holders[0]?.lease?.epoch;
    if (held === undefined) return;
    assert.ok(held >= epoch, 'an epoch that was over came back');
    epoch = held;
  };
}

/** What came of a life: how many had it one after the other, and how often one was valid again that had been suspended. */
interface Lived {
  readonly epochs: number;
  readonly resumed: number;
}

async function live(seed: number, weather: Weather): Promise<Lived> {
  const world = new World(seed, weather);
  const contenders = contend(world, [0.97, 1, 1.03], 0.01);
  const disturb = (): void => {
    const victim = contenders[Math.floor(world.random() * contenders.length)];
    const chance = world.random();
    if (chance < 0.4) victim?.machine.pause(world.random() * 12_000);
    else if (chance < 0.8) victim?.machine.cutOff(world.random() * 12_000);
    else world.elect(world.random() * electionMsMax, world.random() < 0.5);
    world.at(world.random() * 10_000, disturb);
  };
  disturb();
  const check = onlyOne(contenders);
  const epochs = new Set<bigint>();
  const suspended = new Set<Lease>();
  let resumed = 0;
  await world.runUntil(120_000, () => {
    check();
    for (const { lease } of contenders) {
      if (lease === undefined) continue;
      epochs.add(lease.epoch);
      if (!lease.valid && !lease.over.aborted) suspended.add(lease);
      else if (suspended.delete(lease) && lease.valid) resumed += 1;
    }
  });
  return { epochs: epochs.size, resumed };
}

test('no two have a lease at once, whoever stands still, is cut off, or is answered late or by what is old, and while nobody can write', async () => {
  let [epochs, resumed] = [0, 0];
  for (let seed = 1; seed <= 40; seed++) {
    const lived = await live(seed, storm);
    epochs += lived.epochs;
    resumed += lived.resumed;
  }
  assert.ok(epochs > 200 && resumed > 100, `only ${epochs} had it, ${resumed} again: nothing was put to the test`);
});

test('elections alone take a lease from nobody, whether the leader died or stood still', async () => {
  let suspended = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const world = new World(seed, calm);
    const contenders = contend(world, [0.97, 1, 1.03]);
    const check = onlyOne(contenders);
    await world.runUntil(2_000, check);
    const holder = contenders.find(({ holds }) => holds);
    const { lease } = holder ?? {};
    assert.ok(holder !== undefined && lease !== undefined);
    for (let election = 0; election < 8; election++) {
      const forMs = world.random() * electionMsMax;
      world.elect(forMs, world.random() < 0.5);
      await world.runUntil(world.now + forMs, check);
      if (!lease.valid) suspended += 1;
      // As long as the holder may take for one attempt: by then it has it again.
      await world.runUntil(world.now + (suspendedRetryMs + roundTripMs) / 0.97, check);
      assert.equal(lease.over.aborted, false, `it was lost by an election with seed ${seed}`);
      if (forMs > 5_000) assert.ok(lease.valid, `it was not valid again with seed ${seed}`);
      await world.runUntil(world.now + 2_000 + world.random() * 10_000, check);
      assert.ok(holder.holds && holder.lease === lease, `another had it with seed ${seed}`);
    }
  }
  assert.ok(suspended > 100, `only ${suspended} elections suspended it`);
});

test('a lease whose holder died is taken over within the time of a lease and one attempt, or that after an election', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = new World(seed, calm);
    const contenders = contend(world, [1, 1, 1]);
    const check = onlyOne(contenders);
    await world.runUntil(1_000 + world.random() * 20_000, check);
    const holder = contenders.find(({ holds }) => holds);
    assert.ok(holder !== undefined);
    holder.machine.die();
    const electionMs = seed % 2 === 0 ? world.random() * electionMsMax : 0;
    world.elect(electionMs, seed % 4 === 0);
    // Another must notice, find that the bucket works, wait, try again within 300 ms and have an answer. An election is noticed a second after its end at worst.
    const noticedMs = electionMs === 0 ? leaseMs : Math.max(leaseMs, electionMs) + 1_200;
    await world.runUntil(world.now + noticedMs + graceMs + 700, check);
    const next = contenders.find((each) => each !== holder && each.holds);
    assert.ok(next !== undefined, `nobody has it with seed ${seed}`);
  }
});

test('who cannot renew for long gives up, and has it anew with another epoch', async () => {
  const world = new World(1, calm);
  const [only] = contend(world, [1]);
  await world.runUntil(2_000, () => undefined);
  const lease = only?.lease;
  assert.ok(lease?.valid === true);
  const settled = lease.settled();
  world.elect(suspendedMsMax + 10_000, false);
  await world.runUntil(world.now + suspendedMsMax - 2_000, () => undefined);
  assert.deepEqual([lease.valid, lease.over.aborted], [false, false]);
  const waits = lease.settled();
  await world.runUntil(world.now + 2_500, () => undefined);
  assert.equal(lease.over.aborted, true);
  assert.deepEqual(await Promise.all([settled, waits]), [true, false]);
  await world.runUntil(world.now + 15_000, () => undefined);
  assert.ok(only?.lease?.valid === true && only.lease.epoch > lease.epoch);
});

test('who stood still finds that it may do nothing, whatever timers fire first, and that it is the holder still where nobody else wanted it', async () => {
  const world = new World(1, calm);
  const [only] = contend(world, [1]);
  await world.runUntil(2_000, () => undefined);
  const lease = only?.lease;
  assert.ok(only !== undefined && lease?.valid === true);
  const woken: boolean[] = [];
  for (let ms = 1_000; ms <= 10_000; ms += 1_000) only.machine.timer(ms, () => woken.push(lease.valid));
  const resumed = Promise.withResolvers<void>();
  only.leases.onChange(resumed.resolve);
  only.machine.pause(10_500);
  await world.runUntil(world.now + 10_500, () => undefined);
  assert.deepEqual(
    woken,
    Array.from({ length: 10 }, () => false),
  );
  const waits = lease.settled();
  await world.runUntil(world.now + suspendedRetryMs + roundTripMs, () => undefined);
  assert.equal(await waits, true);
  await resumed.promise;
});

test('a lease that is released is free at once', async () => {
  const world = new World(1, calm);
  const [one, two] = [new Machine(world, 1), new Machine(world, 1)].map(
    (machine, index) =>
      new ClusterLeases({
        store: machine,
        clock: machine,
        self: `h-${index}`,
        report: (error) => assert.ifError(error),
      }),
  );
  assert.ok(one !== undefined && two !== undefined);
  const done = (async () => {
    const lease = await one.take('it');
    assert.equal(lease?.valid, true);
    assert.equal(await two.take('it'), undefined);
    assert.equal(two.holderOf('it')?.host, 'h-0');
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    two.onChange(resolve);
    const released = lease?.release();
    assert.equal(lease?.valid, false);
    await Promise.all([released, changed]);
    assert.equal(two.holderOf('it'), undefined);
    assert.equal((await two.take('it'))?.valid, true);
  })();
  await world.runUntil(2_000, () => undefined);
  await done;
});

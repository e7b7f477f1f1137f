import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LimitsWorld } from '../../../test/simulation/limits-world.ts';
import { exponential, pick, seededRandom, seedOfThisRun } from '../../../test/simulation/random.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';

// "Never above" of a limit that is lowered: what runs may end, and nothing begins above it when the change was acknowledged.

test('calls that run beyond a lowered limit end, and the next begins when fewer run than may', async () => {
  const w = new LimitsWorld(new VirtualClock(), 3, { calls: 5 });
  const [a, b, c] = w.hosts;
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  for (const host of [a, a, b, b, c]) assert.equal(await w.clock.until(host.call()), true);
  await w.clock.until(w.change(1, { calls: 2 }));
  const nobody = async (): Promise<void> => {
    for (const host of [a, b, c]) assert.equal(await w.clock.until(host.call()), false, `${w.running} run`);
    await w.clock.advance(100);
  };
  await nobody();
  for (const host of [a, b, c]) {
    host.end();
    await nobody();
  }
  a.end();
  await w.clock.advance(100);
  assert.equal(await w.clock.until(c.call()), true);
  await nobody();
});

test('a limit that is lowered while a host that has all of it is out of reach holds when what that was lent has run out', async () => {
  const w = new LimitsWorld(new VirtualClock(), 3, { calls: 5 });
  const [, b, c] = w.hosts;
  assert.ok(b !== undefined && c !== undefined);
  for (let i = 0; i < 5; i += 1) assert.equal(await w.clock.until(c.call()), true);
  for (let i = 0; i < 5; i += 1) c.end();
  w.cut(0, 2);
  w.cut(1, 2);
  const began = w.clock.now();
  await w.clock.until(w.change(1, { calls: 1 }));
  assert.ok(w.clock.now() - began > 10_000, 'it was acknowledged while the host could have gone on');
  assert.equal(await w.clock.until(c.call()), false);
});

const seed = seedOfThisRun();
const runs = 24;
let [ran, changed] = [0, 0];
after(() => assert(ran > 20 * runs && changed > 2 * runs, `${ran} calls came in, ${changed} changes held`));

/** What may happen beside changes, each with how often. */
const deeds: readonly (readonly [number, (w: LimitsWorld, random: () => number) => void])[] = [
  [80, (w, random) => callSoon(w, random)],
  [2, (w, random) => w.cut(at(w, random), at(w, random))],
  [4, (w) => w.healAll()],
  [1, (w, random) => void (w.home = { index: at(w, random), epoch: (w.home?.epoch ?? 0n) + 1n, valid: true })],
  [1, (w, random) => w.restart(at(w, random))],
  [1, (w, random) => void (w.delay = random() < 0.4 ? () => 0.5 : () => (random() < 0.1 ? undefined : random() * 300))],
];

function at(w: LimitsWorld, random: () => number): number {
  return Math.floor(random() * w.hosts.length);
}

function callSoon(w: LimitsWorld, random: () => number): void {
  const host = pick(random, w.hosts);
  void host.call().then((came) => {
    if (came) w.clock.timer(random() * 2_000, () => !host.dead && host.end());
  });
}

for (let run = 0; run < runs; run += 1)
  test(`nothing begins above a limit that was changed and acknowledged, whatever happens (HEDDLE_SEED=${seed}, ${run})`, async () => {
    const random = seededRandom(seed + run);
    const w = new LimitsWorld(new VirtualClock(), 2 + Math.floor(random() * 3), { calls: 5 });
    if (random() < 0.5) w.hostsSaid = w.hosts.length;
    let acknowledged = 0;
    /** Those that were changed since then may hold or not. */
    const allowed = (): number => Math.max(...w.versions.slice(acknowledged).map(({ calls }) => calls));
    let worst = '';
    w.onAdmitted = () => {
      ran += 1;
      if (w.running > allowed()) worst = `${w.running} of ${allowed()} at ${w.clock.now()} ms`;
    };
    const change = async (): Promise<void> => {
      const version = w.versions.length;
      await w.change(at(w, random), { calls: pick(random, [1, 2, 5, 20]) }, () => random() * 400);
      acknowledged = Math.max(acknowledged, version);
      changed += 1;
    };
    const sum = deeds.reduce((total, [weight]) => total + weight, 0);
    for (let step = 0; step < 600; step += 1) {
      let left = random() * sum;
      for (const [weight, deed] of deeds)
        if ((left -= weight) < 0) {
          deed(w, random);
          break;
        }
      // Where its host has gone, or no home was found, nobody knows whether it holds.
      if (random() < 0.03) void change().catch(() => undefined);
      await w.clock.advance(exponential(random, random() < 0.02 ? 10_000 : 60));
      assert.equal(worst, '', `step ${step}`);
    }
  });

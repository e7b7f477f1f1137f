import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LimitsWorld, type LimitsHost } from '../../../test/simulation/limits-world.ts';
import { exponential, pick, seededRandom, seedOfThisRun } from '../../../test/simulation/random.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';

const seed = seedOfThisRun();
const runs = 24;
/** Calls that came in, in all runs. */
let ran = 0;
after(() => assert(ran > 20 * runs, `${ran} calls came in`));

/** What may happen to a cluster, each with how often, of all that happens. */
const deeds: readonly (readonly [number, (w: LimitsWorld, random: () => number) => void])[] = [
  [60, (w, random) => callSoon(w, pick(random, w.hosts), random)],
  [4, (w, random) => w.cut(at(w, random), at(w, random))],
  [4, (w, random) => w.cut(at(w, random), at(w, random), false)],
  [2, (w, random) => void (w.home = { index: at(w, random), epoch: (w.home?.epoch ?? 0n) + 1n, valid: true })],
  [1, (w, random) => void w.withoutNats.add(pick(random, w.hosts).id)],
  [2, (w) => w.withoutNats.clear()],
  [2, (w) => w.healAll()],
  [1, (w, random) => w.restart(at(w, random))],
  [1, (w, random) => pick(random, w.hosts).die()],
  [0.2, (w) => void (w.hosts.length < 6 && w.join())],
  [1, (w, random) => void (w.delay = random() < 0.5 ? () => 0.5 : () => (random() < 0.1 ? undefined : random() * 300))],
];

function at(w: LimitsWorld, random: () => number): number {
  return Math.floor(random() * w.hosts.length);
}

/** A call of at most two seconds: shorter than any time that a lease is over for. */
function callSoon(w: LimitsWorld, host: LimitsHost, random: () => number): void {
  if (host.dead) return;
  void host.call().then((came) => {
    if (came) w.clock.timer(random() * 2_000, () => !host.dead && host.end());
  });
}

for (let run = 0; run < runs; run += 1)
  test(`never above, whatever happens to hosts, homes, NATS and messages (HEDDLE_SEED=${seed}, ${run})`, async () => {
    const random = seededRandom(seed + run);
    const max = pick(random, [1, 2, 5, 40]);
    const w = new LimitsWorld(new VirtualClock(), 2 + Math.floor(random() * 4), { calls: max });
    if (random() < 0.5) w.hostsSaid = w.hosts.length;
    let worst = 0;
    w.clock.afterStep = () => void (worst = Math.max(worst, w.believed));
    const sum = deeds.reduce((total, [weight]) => total + weight, 0);
    for (let step = 0; step < 600; step += 1) {
      let left = random() * sum;
      for (const [weight, deed] of deeds)
        if ((left -= weight) < 0) {
          deed(w, random);
          break;
        }
      await w.clock.advance(exponential(random, random() < 0.02 ? 20_000 : 60));
      worst = Math.max(worst, w.believed);
      assert(worst <= max, `${worst} of ${max} in step ${step}`);
    }
    ran += w.admitted;
  });

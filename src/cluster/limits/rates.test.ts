import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitsWorld, type LimitsHost } from '../../../test/simulation/limits-world.ts';
import { pick, seededRandom, seedOfThisRun } from '../../../test/simulation/random.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { fullBucket, takeToken, type BucketSize } from '../../frontend/accounts/token-bucket.ts';

// A rate is one for all hosts: together they let in no more than one bucket would.

const seed = seedOfThisRun();

/** One request at a host, as the gate lets them in. */
async function comesIn(w: LimitsWorld, host: LimitsHost): Promise<boolean> {
  const requests = host.holder.requestsOf(w.account);
  if (requests.takeRequest() === 0) return true;
  const more = requests.moreRequests();
  if (more === undefined) return false;
  await more;
  return !host.dead && requests.takeRequest() === 0;
}

/** What one bucket would have left; throws where it would have let in less. */
function judge(w: LimitsWorld, size: BucketSize): { size: BucketSize; letIn(): void; count: number } {
  let bucket = fullBucket(size, w.clock.now());
  const judged = {
    size,
    count: 0,
    letIn: () => {
      judged.count += 1;
      // A part of a request is as good as none: rounding is not what is looked for.
      const roomy = { ...judged.size, atOnce: judged.size.atOnce + 1e-6 };
      const taken = takeToken({ ...bucket, tokens: bucket.tokens + 1e-6 }, roomy, w.clock.now());
      assert.equal(taken.waitMs, 0, `request ${judged.count} at ${w.clock.now()} ms would have had to wait`);
      ({ bucket } = taken);
    },
  };
  return judged;
}

for (const run of [0, 1, 2, 3])
  test(`three hosts let in together what one would, whoever gets the requests (HEDDLE_SEED=${seed}, ${run})`, async (t) => {
    const random = seededRandom(seed + run);
    const rate = pick(random, [
      { perSecond: 50, atOnce: 20 },
      { perSecond: 5, atOnce: 10 },
      { perSecond: 200, atOnce: 1_000 },
    ]);
    const w = new LimitsWorld(new VirtualClock(), 3, { rate });
    const judged = judge(w, rate);
    const began = w.clock.now();
    const load = pick(random, [0.5, 2, 4]);
    let busy = pick(random, w.hosts);
    const [seconds, everyMs] = [12, 1_000 / (rate.perSecond * load)];
    let asked = 0;
    for (let next = everyMs; next < seconds * 1_000; next += everyMs) {
      await w.clock.advance(began + next - w.clock.now());
      if (random() < 0.01) busy = pick(random, w.hosts);
      if (run % 2 === 1 && random() < 0.002)
        w.home = { index: Math.floor(random() * 3), epoch: (w.home?.epoch ?? 0n) + 1n, valid: true };
      const host = random() < 0.7 ? busy : pick(random, w.hosts);
      asked += 1;
      void comesIn(w, host).then((came) => came && judged.letIn());
    }
    await w.clock.advance(5_000);
    const could = Math.min(asked, rate.atOnce + rate.perSecond * seconds);
    t.diagnostic(`${judged.count} of ${asked} let in, ${could} could be`);
    // Each new home begins with an empty bucket.
    if (run % 2 === 0) assert.ok(judged.count >= 0.7 * could, `${judged.count} of ${could}`);
  });

test('a rate that is lowered is the lower one from when that was acknowledged', async () => {
  const random = seededRandom(seed);
  const w = new LimitsWorld(new VirtualClock(), 3, { rate: { perSecond: 1_000, atOnce: 1_000 } });
  let letIn = (): void => undefined;
  let over = false;
  const asks = (): void => {
    if (over) return;
    for (const host of w.hosts) void comesIn(w, host).then((came) => came && letIn());
    w.clock.timer(5, asks);
  };
  asks();
  await w.clock.advance(3_000);
  const size = { perSecond: 20, atOnce: 10 };
  await w.clock.until(w.change(1, { rate: size }, () => random() * 200));
  const judged = judge(w, size);
  letIn = () => judged.letIn();
  await w.clock.advance(10_000);
  over = true;
  assert.ok(judged.count >= 150, `${judged.count} were let in`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponential, seededRandom } from './random.ts';
import { SimulatedService, type Program, type Seen, type Step } from './prediction/simulated-service.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What a program came to, with prediction and without. */
interface Compared {
  readonly on: Seen;
  readonly off: Seen;
  readonly prepared: { readonly used: number; readonly wasted: number };
}

type Drive = (service: SimulatedService, clock: VirtualClock) => Promise<void>;

/** A gap in which every container ends, ms. */
const longMs = 60_000;

/** Runs the same twice; `program` and `drive` are made anew for each, so that both are the same. */
async function compare(program: () => Program, drive: Drive): Promise<Compared> {
  const results = [];
  for (const predicts of [true, false]) {
    const clock = new VirtualClock();
    const service = new SimulatedService(clock, program(), predicts);
    await clock.until(drive(service, clock));
    await clock.advance(longMs * 2);
    results.push(service);
  }
  const [on, off] = results;
  assert.ok(on && off);
  assert.equal(off.prepared.all, 0);
  return { on: on.seen, off: off.seen, prepared: on.prepared };
}

/** So many requests, each after all containers have ended. */
function cold(name: string, count: number): Drive {
  return async (service, clock) => {
    for (let n = 0; n < count; n += 1) {
      await service.request(name);
      await clock.sleep(longMs);
    }
  };
}

function programOf(steps: Readonly<Record<string, readonly Step[]>>, random: () => number = () => 0): () => Program {
  return () => (name) => (steps[name] ?? []).filter(({ probability = 1 }) => random() < probability);
}

const chain = {
  A: [{ to: 'B', afterMs: 20 }],
  B: [{ to: 'C', afterMs: 20 }],
  C: [{ to: 'D', afterMs: 20 }],
  D: [{ to: 'E', afterMs: 20 }],
};

/** Of the starts that were cold without it, this share was not. */
function spared({ on, off }: Compared): number {
  return 1 - on.cold / off.cold;
}

function assertFrugal({ prepared: { used, wasted } }: Compared): void {
  assert.ok(wasted <= 1.5 * used, `${wasted} wasted, ${used} used`);
}

test('a chain of five is ready behind its first from the third run on', async () => {
  const seen = await compare(programOf(chain), cold('A', 40));
  assert.equal(seen.off.cold, 160);
  assert.equal(seen.on.cold, 8, 'the first two runs teach it');
  assert.equal(seen.prepared.wasted, 0);
  assert.ok(seen.on.tookMs < 0.7 * seen.off.tookMs, `${seen.on.tookMs} of ${seen.off.tookMs} ms`);
});

test('of a fan as many are prepared as are called at the same time', async () => {
  const fan = { A: [{ to: 'B', afterMs: 400, together: 6 }] };
  const seen = await compare(programOf(fan), cold('A', 30));
  assert.ok(spared(seen) >= 0.9, String(spared(seen)));
  assertFrugal(seen);
});

test('calls one after the other are one container, not many', async () => {
  const loop = { A: Array.from({ length: 5 }, (_, n) => ({ to: 'B', afterMs: 200 + 200 * n })) };
  const seen = await compare(programOf(loop), cold('A', 20));
  assert.equal(seen.prepared.used + seen.prepared.wasted, 18);
  assert.ok(spared(seen) >= 0.9);
});

test('what two ways lead to is one container', async () => {
  const diamond = {
    A: [
      { to: 'B', afterMs: 200 },
      { to: 'D', afterMs: 900 },
    ],
    B: [{ to: 'D', afterMs: 100 }],
  };
  const seen = await compare(programOf(diamond), cold('A', 20));
  assert.equal(seen.prepared.used, 36, 'B and D, from the third run on');
  assert.equal(seen.prepared.wasted, 0);
});

test('bursts find what they call prepared, as far as the bounds go', async () => {
  const burst: Drive = async (service, clock) => {
    for (let n = 0; n < 20; n += 1) {
      await Promise.all(Array.from({ length: 6 }, () => service.request('A')));
      await clock.sleep(longMs);
    }
  };
  const seen = await compare(programOf({ A: [{ to: 'B', afterMs: 1_500 }] }), burst);
  assert.ok(spared(seen) >= 0.85, JSON.stringify(seen));
  assertFrugal(seen);
});

test('what is called every minute is learned like anything else, and what follows late is prepared late', async () => {
  const late = { A: [{ to: 'B', afterMs: 15_000 }] };
  const seen = await compare(programOf(late), cold('A', 30));
  assert.ok(spared(seen) >= 0.9);
  assertFrugal(seen);
});

test('what follows one run in three is never prepared', async () => {
  const rare = { A: [{ to: 'B', afterMs: 50, probability: 0.33 }] };
  const seen = await compare(() => programOf(rare, seededRandom(7))(), cold('A', 200));
  assertWorthIt(seen);
});

test('a branch that is taken by chance costs less than it brings', async () => {
  const branch = { A: [{ to: 'B', afterMs: 50, probability: 0.7 }], B: [{ to: 'C', afterMs: 50, probability: 0.7 }] };
  const seen = await compare(() => programOf(branch, seededRandom(11))(), cold('A', 200));
  assertFrugal(seen);
  assert.ok(spared(seen) > 0.5);
});

test('warm traffic has nothing prepared', async () => {
  const steady: Drive = async (service, clock) => {
    const random = seededRandom(5);
    const requests: Promise<void>[] = [];
    for (let n = 0; n < 1_500; n += 1) {
      requests.push(service.request('A'));
      await clock.sleep(exponential(random, 60));
    }
    await Promise.all(requests);
  };
  const seen = await compare(programOf({ A: [{ to: 'B', afterMs: 10 }] }), steady);
  assert.ok(seen.prepared.used + seen.prepared.wasted <= 10, JSON.stringify(seen.prepared));
  assertWorthIt(seen);
});

/** No worse than without it by more than two in a hundred, and little wasted beyond what was of use. */
function assertWorthIt({ on, off, prepared: { used, wasted } }: Compared): void {
  assert.ok(on.tookMs <= 1.02 * off.tookMs, `${on.tookMs} ms instead of ${off.tookMs}`);
  assert.ok(wasted <= 1.5 * used + 12, `${wasted} wasted, ${used} used`);
}

const adversaries: Readonly<Record<string, () => Program>> = {
  'one that stops calling as soon as it is trusted': () => {
    let run = 0;
    return (name) => (name === 'A' && (run += 1) % 7 < 4 ? [{ to: 'B', afterMs: 50 }] : []);
  },
  'one that calls somebody else each time': () => {
    let run = 0;
    return (name) => (name === 'A' ? [{ to: `B${(run += 1)}`, afterMs: 50 }] : []);
  },
  'one that calls one of three at random': () => {
    const random = seededRandom(3);
    return (name) => (name === 'A' ? [{ to: `B${Math.floor(random() * 3)}`, afterMs: 50 }] : []);
  },
  'one whose calls come at any time': () => {
    const random = seededRandom(13);
    return (name) => (name === 'A' ? [{ to: 'B', afterMs: exponential(random, 8_000) }] : []);
  },
  'one that calls itself': () => {
    let depth = 0;
    return (name) => (name === 'A' && (depth += 1) % 4 !== 0 ? [{ to: 'A', afterMs: 20 }] : []);
  },
  'one that calls crowds when few are expected, and few when crowds are': () => {
    let run = 0;
    return (name) => (name === 'A' ? [{ to: 'B', afterMs: 300, together: (run += 1) % 2 === 0 ? 8 : 1 }] : []);
  },
};

for (const [who, program] of Object.entries(adversaries))
  test(`nothing is lost to ${who}`, async () => {
    const traffic: Drive = async (service, clock) => {
      const random = seededRandom(17);
      const requests: Promise<void>[] = [];
      for (let n = 0; n < 300; n += 1) {
        requests.push(service.request('A'));
        await clock.sleep(exponential(random, 15_000));
      }
      await Promise.all(requests);
    };
    assertWorthIt(await compare(program, traffic));
  });

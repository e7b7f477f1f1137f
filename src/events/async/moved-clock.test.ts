import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CapacityError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { account, Bench, fails, ok, queueArn, triesOf } from './testing/bench.ts';
import { claimOf } from './keys.ts';

// The machine's clock is put forward and back while events wait: see ../schedules/moved-clock.test.ts.

const yearMs = 31_536_000_000;
const tooMany = (): Promise<never> => Promise.reject(new CapacityError('Full.', 1));

let store: InProcessStore;
let bench: Bench;
beforeEach(async () => {
  store = openInProcessStore(':memory:');
  bench = new Bench(store);
  await bench.begin();
});
afterEach(async () => {
  bench.keeper.stop();
  bench.events.stop();
  await store[Symbol.asyncDispose]();
});

async function goOn(ms: number): Promise<void> {
  await bench.clock.advance(ms);
  await bench.keeper.settled();
}

const depth = async (): Promise<number> => (await bench.events.lines()).reduce((sum, line) => sum + line.depth, 0);

test('put forward, what waits is due within a minute; put back, it is so long after it failed as it was to be', async () => {
  bench.behaviour = fails;
  bench.rules.set('f', { delaysMs: [1_800_000], retriesMax: 2 });
  const tries = triesOf(bench);
  await bench.accept('f');
  await goOn(1_000);
  bench.clock.movedMs += yearMs;
  await goOn(61_000);
  assert.equal(tries.length, 2);
  assert.ok((tries[1] ?? 0) <= 61);
  bench.clock.movedMs -= yearMs;
  await goOn(1_790_000);
  assert.equal(tries.length, 2, 'not before it should be');
  // A minute for that to be seen.
  await goOn(130_000);
  assert.equal(tries.length, 3);
  assert.equal(await depth(), 0);
});

test('what was accepted by the wrong time runs when that is put right, and is as old as it is', async () => {
  bench.behaviour = tooMany;
  bench.rules.set('f', { ageMsMax: 3_600_000, onFailure: queueArn });
  bench.clock.movedMs += yearMs;
  await bench.accept('f', 'early');
  await goOn(70_000);
  bench.clock.movedMs -= yearMs;
  await goOn(400_000);
  const before = bench.ran.length;
  await goOn(700_000);
  assert.ok(bench.ran.length > before, 'it is tried again, at most five minutes apart');
  await goOn(3_600_000);
  assert.equal(JSON.parse(bench.queues.sent[0]?.body ?? '').requestContext.condition, 'EventAgeExceeded');
  assert.equal(await depth(), 0);
});

test('put back while no service runs, it is seen by the next', async () => {
  bench.behaviour = tooMany;
  bench.clock.movedMs += yearMs;
  await bench.accept('f', 'early');
  await goOn(70_000);
  bench.keeper.stop();
  bench.events.stop();
  bench.clock.movedMs -= yearMs;
  bench = new Bench(store, bench.clock);
  bench.behaviour = ok;
  await bench.begin();
  await goOn(1_000);
  assert.deepEqual(bench.names, ['f early']);
});

test('put forward by more than an event may become old, it is not older: it runs; and so it is after a restart', async () => {
  bench.behaviour = tooMany;
  await bench.accept('f', 'young');
  await goOn(1_000);
  bench.clock.movedMs += yearMs;
  await goOn(400_000);
  assert.equal(await depth(), 1);
  bench.keeper.stop();
  bench.events.stop();
  bench = new Bench(store, bench.clock);
  bench.behaviour = ok;
  await bench.begin();
  await goOn(400_000);
  assert.deepEqual(bench.names, ['f young']);
  bench.behaviour = tooMany;
  await bench.accept('f', 'old');
  await goOn(limits.eventAgeMs + 400_000);
  assert.equal(await depth(), 0, 'what came after that is as old as the clock says');
});

test('keys are known for a day, whatever the clock shows meanwhile', async () => {
  const key = { account, functionName: 'f', key: 'k', sha256: 'same' };
  const answer = { status: 200, headers: {}, body: new Uint8Array([1]) };
  const claim = async (): Promise<string> => {
    const now = bench.keeper.clock.wall();
    const { kind } = await store.parts.events.claim(claimOf(key, 'r', now, bench.keeper));
    if (kind === 'new') await store.parts.events.answer({ ...key, answer });
    return kind;
  };
  assert.equal(await claim(), 'new');
  bench.clock.movedMs += yearMs;
  assert.equal(await claim(), 'answered');
  await store.parts.events.release(key);
  assert.equal(await claim(), 'new');
  bench.clock.movedMs -= yearMs;
  assert.equal(await claim(), 'answered');
  await goOn(limits.idempotencyKeyMs + 1_000);
  assert.equal(await claim(), 'new', 'and not for a year');
});

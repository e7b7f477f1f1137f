import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterError, afterFault, awsDelaysMs, backOff, isTooOld, type RetryRules } from './schedule.ts';

const aws: RetryRules = { retriesMax: 2, delaysMs: awsDelaysMs, ageMsMax: 21_600_000 };

/** Small, fast and always the same (Mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('a function that fails is tried after a minute, and after two more, and then given up', () => {
  const first = afterError({ acceptedMs: 0, errors: 0, faults: 3 }, aws, 5_000);
  assert.deepEqual(first, { do: 'again', dueMs: 65_000, errors: 1, faults: 0 });
  const second = afterError({ acceptedMs: 0, errors: 1, faults: 0 }, aws, 70_000);
  assert.deepEqual(second, { do: 'again', dueMs: 190_000, errors: 2, faults: 0 });
  const third = afterError({ acceptedMs: 0, errors: 2, faults: 0 }, aws, 200_000);
  assert.deepEqual(third, { do: 'end', condition: 'RetriesExhausted' });
});

test('it is not tried again where it would be too old by then', () => {
  const young = { ...aws, ageMsMax: 60_000 };
  const end = { do: 'end', condition: 'EventAgeExceeded' };
  assert.deepEqual(afterError({ acceptedMs: 0, errors: 0, faults: 0 }, young, 1), end);
  assert.equal(afterError({ acceptedMs: 0, errors: 0, faults: 0 }, young, 0).do, 'again');
  assert.deepEqual(afterError({ acceptedMs: 0, errors: 0, faults: 0 }, { ...young, retriesMax: 0 }, 0), {
    ...{ do: 'end', condition: 'RetriesExhausted' },
  });
});

test('the service backs off from a second to five minutes', () => {
  assert.deepEqual([0, 1, 2, 8, 9, 1_000].map(backOff), [1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
});

test('whatever fails, and however: tries are bounded, none comes before its time or too late, and it always ends', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomOf(seed);
    const upTo = (n: number): number => Math.floor(random() * n);
    const rules: RetryRules = {
      retriesMax: upTo(6),
      delaysMs: Array.from({ length: 1 + upTo(4) }, () => upTo(400_000)),
      ageMsMax: 60_000 + upTo(3_600_000),
    };
    const event = { acceptedMs: upTo(1_000_000), errors: 0, faults: 0 };
    let nowMs = event.acceptedMs;
    let tries = 0;
    for (;;) {
      assert.ok(!isTooOld(event, rules, nowMs), `seed ${seed}: run when it was too old`);
      nowMs += upTo(2_000);
      tries += 1;
      const errs = random() < 0.5;
      const next = errs ? afterError(event, rules, nowMs) : afterFault(event, rules, nowMs);
      if (next.do === 'end') {
        const exhausted = errs && event.errors === rules.retriesMax;
        assert.equal(next.condition === 'RetriesExhausted', exhausted, `seed ${seed}`);
        break;
      }
      assert.ok(next.dueMs <= event.acceptedMs + rules.ageMsMax, `seed ${seed}: due when it is too old`);
      assert.ok(next.dueMs >= nowMs && next.errors <= rules.retriesMax, `seed ${seed}`);
      event.errors = next.errors;
      event.faults = next.faults;
      nowMs = Math.max(nowMs, next.dueMs);
      assert.ok(tries < 10_000, `seed ${seed}: it never ends`);
    }
  }
});

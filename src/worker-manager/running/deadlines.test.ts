import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { Timer } from '../../model/clock.ts';
import { Deadlines, type Limited } from './deadlines.ts';

class CountingClock extends VirtualClock {
  timers = 0;
  override timer(delayMs: number, fire: () => void): Timer {
    this.timers += 1;
    return super.timer(delayMs, fire);
  }
}

class Call implements Limited {
  deadlineAt: number;
  overranAt: number | undefined;
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock, limitMs: number) {
    this.#clock = clock;
    this.deadlineAt = clock.now() + limitMs;
  }
  overran(): void {
    assert.equal(this.overranAt, undefined, 'told twice');
    this.overranAt = this.#clock.now();
  }
}

test('each that does not end is told at its own deadline, and one that has ended never', async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock);
  const calls = [500, 100, 300, 300, 200].map((limitMs) => new Call(clock, limitMs));
  for (const call of calls) deadlines.watch(call);
  const ended = calls[4];
  assert.ok(ended !== undefined);
  deadlines.forget(ended);
  await clock.advance(1_000);
  assert.deepEqual(
    calls.map(({ overranAt }) => overranAt),
    [500, 100, 300, 300, undefined],
  );
});

test('a deadline moves both ways', async () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock);
  const [later, earlier] = [new Call(clock, 100), new Call(clock, 10_000)];
  for (const call of [later, earlier]) deadlines.watch(call);
  await clock.advance(50);
  later.deadlineAt = 400;
  earlier.deadlineAt = 250;
  for (const call of [later, earlier]) deadlines.moved(call);
  await clock.advance(1_000);
  assert.deepEqual([later.overranAt, earlier.overranAt], [400, 250]);
});

test('a thousand calls that end in time set hardly any timers', async () => {
  const clock = new CountingClock();
  const deadlines = new Deadlines(clock);
  for (let n = 0; n < 1_000; n++) {
    const call = new Call(clock, 10_000);
    deadlines.watch(call, clock.now() + 3_000);
    call.deadlineAt = clock.now() + 3_000;
    deadlines.moved(call);
    await clock.advance(10);
    deadlines.forget(call);
  }
  assert.ok(clock.timers <= 6, `${clock.timers} timers in 10 s`);
});

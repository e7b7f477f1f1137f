import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import type { ProcessorTime } from './contract.ts';
import { fairClock } from './fair-clock.ts';

/** A clock that is moved by hand, and processes that get `share` of what they want, if they want anything. */
class Machine implements Clock {
  share: number | undefined;
  #now = 0;
  #time = { hadMs: 0, waitedMs: 0 };
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Disposable {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  async read(): Promise<ProcessorTime> {
    return { ...this.#time };
  }

  async pass(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end;) {
      this.#now += 10;
      if (this.share !== undefined) {
        this.#time.hadMs += 10 * this.share;
        this.#time.waitedMs += 10 * (1 - this.share);
      }
      for (const timer of this.#timers)
        if (timer.at <= this.#now) {
          this.#timers.delete(timer);
          timer.fire();
        }
      await turn();
    }
  }

  /** When a deadline of `delayMs` is over. */
  async end(delayMs: number): Promise<number> {
    let at: number | undefined;
    fairClock(this, () => this.read()).timer(delayMs, () => (at = this.#now));
    while (at === undefined) await this.pass(10);
    return at;
  }
}

function about(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected / 10, `${actual} instead of ${expected}`);
}

test('who wants no processor, or gets all it wants, is late after its time and a third', async () => {
  about(await new Machine().end(3_000), 4_000);
  const spins = new Machine();
  spins.share = 1;
  about(await spins.end(3_000), 4_000);
});

test('who gets a quarter of what it wants has four times that third', async () => {
  const machine = new Machine();
  machine.share = 0.25;
  about(await machine.end(3_000), 7_000);
});

test('ten times is the end, whatever they get', async () => {
  const machine = new Machine();
  machine.share = 0;
  about(await machine.end(1_000), 10_000);
});

test('what comes in the time that is given more disposes of the deadline', async () => {
  const machine = new Machine();
  let late = false;
  const timer = fairClock(machine, () => machine.read()).timer(1_000, () => (late = true));
  await machine.pass(1_200);
  timer[Symbol.dispose]();
  await machine.pass(20_000);
  assert.ok(!late);
});

test('processes that cannot be read want nothing, and without a way to read them a deadline is plain', async () => {
  const machine = new Machine();
  let at = 0;
  const unreadable = fairClock(machine, () => Promise.reject(new Error('gone')));
  unreadable.timer(3_000, () => (at = machine.now()));
  await machine.pass(5_000);
  about(at, 4_000);
  assert.equal(fairClock(machine, undefined), machine);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import type { LeaseEntry } from './entry.ts';
import { HeldLease } from './held-lease.ts';
import type { LeaseStore } from './lease-store.ts';
import { believeMs, renewMs } from './times.ts';

const holding = { name: 'a', host: 'h-1', holding: 'one.1', begunAt: 0, revision: 7 };

/** A busy process: time passes, and a timer fires only when it is told to. */
class LateClock implements Clock {
  at = 0;
  readonly #timers: { readonly at: number; readonly fire: () => void }[] = [];
  now = (): number => this.at;
  wall = (): number => this.at;

  timer(delayMs: number, fire: () => void): Disposable {
    const timer = { at: this.at + delayMs, fire };
    this.#timers.push(timer);
    return { [Symbol.dispose]: () => void this.#timers.splice(this.#timers.indexOf(timer) >>> 0, 1) };
  }

  fireDue(): void {
    for (const timer of this.#timers.filter(({ at }) => at <= this.at)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.fire();
    }
  }
}

/** A lease at 0 ms, of which one renewal began after {@link renewMs} and nobody answered yet. */
function renewing(): {
  readonly clock: LateClock;
  readonly lease: HeldLease;
  readonly renewal: LeaseEntry;
  readonly resumed: { count: number };
} {
  const clock = new LateClock();
  const written: LeaseEntry[] = [];
  const store: LeaseStore = {
    write: (_name, entry) => {
      written.push(entry);
      return new Promise(() => undefined);
    },
    read: async () => undefined,
    prove: async () => undefined,
    watch: () => undefined,
    close: async () => undefined,
  };
  const resumed = { count: 0 };
  const lease = new HeldLease(store, clock, { ...holding, onResumed: () => void (resumed.count += 1) });
  clock.at = renewMs;
  clock.fireDue();
  const [renewal] = written;
  assert.ok(renewal !== undefined);
  return { clock, lease, renewal, resumed };
}

test('a lease that is suspended is valid again, with its epoch, when its renewal is seen to have been carried out', async () => {
  const { clock, lease, renewal, resumed } = renewing();
  clock.at = believeMs + 1;
  assert.equal(lease.valid, false);
  const settled = lease.settled();
  // What came over the network is handled before the timer that was due.
  lease.saw({ ...renewal, revision: 8 });
  assert.deepEqual([lease.valid, lease.over.aborted, lease.epoch, resumed.count], [true, false, 7n, 1]);
  assert.equal(await settled, true);
  clock.at = renewMs + believeMs;
  assert.equal(lease.valid, false);
});

test('a lease that is suspended is over when it is seen to be another’s, whatever renewals are seen then', async () => {
  const { clock, lease, renewal, resumed } = renewing();
  clock.at = believeMs + 1;
  const settled = lease.settled();
  lease.saw({ host: 'h-2', holding: 'two.1', epoch: undefined, attempt: 0, revision: 9 });
  assert.equal(lease.over.aborted, true);
  assert.equal(await settled, false);
  lease.saw({ ...renewal, revision: 10 });
  assert.deepEqual([lease.valid, resumed.count], [false, 0]);
});

test('a renewal whose answer was lost counts from its beginning where it is seen while the lease is valid', () => {
  const { clock, lease, renewal } = renewing();
  clock.at = believeMs - 1;
  lease.saw({ ...renewal, revision: 8 });
  clock.at = renewMs + believeMs - 1;
  clock.fireDue();
  assert.equal(lease.valid, true);
  clock.at = renewMs + believeMs;
  assert.equal(lease.valid, false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountLimits } from '../../model/accounts/account-limits.ts';
import type { Clock } from '../../model/clock.ts';
import { NoRoomError, ThrottledError } from '../../model/errors.ts';
import type { Invocation, InvocationOutcome, ThreadWatcher } from '../../model/invocations/invocation.ts';
import { recordOf } from '../../store/testing/record-of.ts';
import { fakeWorkerManager, type FakeWorkerManager } from '../testing/fake-worker-manager.ts';
import { AccountGate } from './account-gate.ts';
import { limitedByAccount } from './limited-worker-manager.ts';

const fn = recordOf('f').latest;
const signal = new AbortController().signal;
const nothing = (): void => undefined;
const watcher: ThreadWatcher = { placed: nothing, started: nothing, received: nothing, printed: nothing };

/** A manager behind a gate whose time stands still until it is moved. */
function gated(limits: AccountLimits): {
  readonly gate: AccountGate;
  readonly limits: { current: AccountLimits };
  readonly inner: FakeWorkerManager;
  readonly invoke: (changes?: Partial<Invocation>, within?: AbortSignal) => Promise<InvocationOutcome>;
  readonly pass: (ms: number) => Promise<void>;
} {
  const current = { current: limits };
  const timers = new Set<{ at: number; fire: () => void }>();
  let now = 0;
  const clock: Clock = {
    now: () => now,
    wall: () => now,
    timer: (ms, fire) => {
      const timer = { at: now + ms, fire };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
  };
  const inner = fakeWorkerManager();
  const gate = new AccountGate({ limitsOf: () => current.current }, clock);
  const manager = limitedByAccount(inner, gate);
  return {
    gate,
    limits: current,
    inner,
    invoke: (changes = {}, within = signal) =>
      manager.invoke({ function: fn, requestId: 'r', payload: Buffer.from('1'), receivedAt: 0, ...changes }, within),
    async pass(ms) {
      now += ms;
      for (const timer of timers)
        if (timer.at <= now) {
          timers.delete(timer);
          timer.fire();
        }
      await new Promise(setImmediate);
    },
  };
}

const namesOf = ({ invocations }: FakeWorkerManager): string[] => invocations.map(({ requestId }) => requestId);

test('requests beyond the rate are refused with the time until the next one', async () => {
  const { gate, invoke, inner, pass } = gated({ requestsPerSecond: 2, requestsAtOnce: 1 });
  await invoke();
  const tooMany = (error: unknown): boolean => {
    assert(error instanceof ThrottledError);
    assert.equal(error.reason, 'CallerRateLimitExceeded');
    assert.equal(error.retryAfterSeconds, 0.5);
    return true;
  };
  await assert.rejects(invoke(), tooMany);
  assert.throws(() => gate.request(fn.account), tooMany);
  await pass(500);
  void gate.request(fn.account);
  await assert.rejects(invoke(), tooMany);
  assert.equal(inner.invocations.length, 1);
});

test('an account without a rate is never held up, whatever else its limits are', async () => {
  const { invoke, inner } = gated({ concurrency: 1, memoryMb: 1, codeBytes: 1 });
  await Promise.all([invoke(), invoke(), invoke({ watcher })]);
  assert.equal(inner.invocations.length, 3);
});

test('threads wait for a token, in the order in which they came, and a cancelled one leaves the line', async () => {
  const { invoke, inner, pass } = gated({ requestsPerSecond: 1 });
  const cancel = new AbortController();
  const all = ['a', 'b', 'c'].map((requestId) => invoke({ watcher, requestId }));
  const cancelled = invoke({ watcher, requestId: 'gone' }, cancel.signal);
  const last = invoke({ watcher, requestId: 'd' });
  cancel.abort(new Error('not wanted'));
  await assert.rejects(cancelled, /not wanted/);
  assert.deepEqual(namesOf(inner), ['a']);
  await pass(999);
  assert.deepEqual(namesOf(inner), ['a']);
  for (let second = 0; second < 3; second++) await pass(1_000);
  assert.deepEqual(namesOf(inner), ['a', 'b', 'c', 'd']);
  await Promise.all([...all, last]);
});

test('threads that wait for a token come in when the limit is raised', async () => {
  const { gate, invoke, inner, limits } = gated({ requestsPerSecond: 1 });
  const all = [invoke({ watcher }), invoke({ watcher }), invoke({ watcher })];
  assert.equal(inner.invocations.length, 1);
  limits.current = {};
  gate.changed(fn.account);
  await Promise.all(all);
  assert.equal(inner.invocations.length, 3);
});

test('a thread whose starter holds a container is told at once that there is no room', async () => {
  const { invoke } = gated({ requestsPerSecond: 1 });
  await invoke({ watcher });
  await assert.rejects(invoke({ watcher, nested: true }), NoRoomError);
});

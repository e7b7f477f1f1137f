import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService, type SimulatedServiceOptions } from '../../test/simulation/service.ts';
import { NeverFitsError, NoRoomError, StoppingError, ThrottledError } from '../model/errors.ts';
import type { Invocation, InvocationOutcome, ThreadWatcher } from '../model/invocations/invocation.ts';

const fn = functionOf('f');
const nothing = (): void => undefined;
const watcher: ThreadWatcher = { placed: nothing, started: nothing, received: nothing, printed: nothing };

/** What an account may have, which tests change. */
interface Limits {
  concurrency?: number;
  memoryMb?: number;
}

interface Limited {
  readonly service: SimulatedService;
  readonly limits: Limits;
  /** The names of what ended, in order; and why others were refused. */
  readonly ended: string[];
  readonly refused: Error[];
  readonly invoke: (changes?: Partial<Invocation>, signal?: AbortSignal) => Promise<InvocationOutcome>;
  /** Stops it; nothing may be counted then. */
  readonly stop: () => Promise<void>;
}

/** A service whose calls run for 100 ms, with limits for every account. */
function limited(limits: Limits, more: Partial<SimulatedServiceOptions> = {}): Limited {
  const ended: string[] = [];
  const refused: Error[] = [];
  const service = new SimulatedService({
    containersMax: 8,
    processors: { count: 8, full: () => false },
    world: { behaviour: () => ({ ...plain, runMs: 100 }) },
    callLimits: {
      concurrencyMaxOf: () => limits.concurrency ?? Infinity,
      memoryMbMaxOf: () => limits.memoryMb ?? Infinity,
    },
    observer: {
      invoked: (_fn, requestId) => void ended.push(requestId),
      refused: (_fn, _requestId, error) => void refused.push(error),
    },
    ...more,
  });
  service.warming.start();
  return {
    service,
    limits,
    ended,
    refused,
    invoke(changes = {}, signal = new AbortController().signal) {
      const outcome = service.manager.invoke({ ...service.request(changes.function ?? fn), ...changes }, signal);
      outcome.catch(nothing); // Looked at later.
      return outcome;
    },
    async stop() {
      await service.clock.until(service.manager.stop(0));
      assert.deepEqual(service.manager.useOf(fn.account), { concurrency: 0, memoryMb: 0 });
    },
  };
}

test('a call beyond the concurrency is refused in AWS’s words, and one comes in when one has ended', async () => {
  const { service, invoke, refused, stop } = limited({ concurrency: 1 });
  const first = invoke();
  assert.deepEqual(service.manager.useOf(fn.account), { concurrency: 1, memoryMb: 128 });
  await assert.rejects(invoke(), (error) => {
    assert(error instanceof ThrottledError);
    assert.equal(error.reason, 'ConcurrentInvocationLimitExceeded');
    assert.equal(error.message, 'Rate Exceeded.');
    return true;
  });
  assert.equal(refused.length, 1);
  await service.clock.until(first);
  assert.ok((await service.clock.until(invoke())).result.ok);
  await stop();
});

test('one account’s calls are not counted for another', async () => {
  const { service, invoke, stop } = limited({ concurrency: 1 });
  await service.clock.until(Promise.all([invoke(), invoke({ function: { ...fn, account: '222222222222' } })]));
  await stop();
});

test('a call that is dropped, or lost, gives its place back', async () => {
  const world = { behaviour: () => ({ ...plain, runMs: 2_000 }) };
  const { service, invoke, stop } = limited({ concurrency: 1 }, { world });
  const cancel = new AbortController();
  const waiting = invoke({}, cancel.signal);
  cancel.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  const lost = invoke();
  await service.clock.advance(1_000);
  for (const guest of service.guests) guest.die();
  await assert.rejects(service.clock.until(lost), { name: 'InstanceLostError' });
  assert.ok((await service.clock.until(invoke())).result.ok);
  await stop();
});

test('calls take memory together, and what is larger than all of it never comes in', async () => {
  const { service, invoke, limits, stop } = limited({ memoryMb: 300 });
  const two = [invoke(), invoke()];
  await assert.rejects(invoke(), {
    reason: 'ConcurrentInvocationLimitExceeded',
    message: /^Rate Exceeded\. .* take 256 MB, and this one would take 128 MB; together they may take 300 MB\.$/,
  });
  await service.clock.until(Promise.all(two));
  limits.memoryMb = 127;
  await assert.rejects(invoke(), NeverFitsError);
  await assert.rejects(invoke({ watcher }), NeverFitsError);
  await assert.rejects(invoke({ watcher, nested: true }), NeverFitsError);
  await stop();
});

test('threads wait for a place in the order in which they came, and a cancelled one leaves the line', async () => {
  const { service, invoke, ended, stop } = limited({ concurrency: 1 });
  const cancel = new AbortController();
  const all = ['a', 'b', 'c'].map((requestId) => invoke({ watcher, requestId }));
  const cancelled = invoke({ watcher }, cancel.signal);
  const last = invoke({ watcher, requestId: 'd' });
  cancel.abort(new Error('not wanted'));
  await assert.rejects(cancelled, /not wanted/);
  await service.clock.until(Promise.all([...all, last]));
  assert.deepEqual(ended, ['a', 'b', 'c', 'd']);
  await stop();
});

test('a thread waits as long as it takes, and has the place that comes free before requests', async () => {
  const world = { behaviour: () => ({ ...plain, runMs: 10_000 }) };
  const { service, invoke, ended, stop } = limited({ concurrency: 1 }, { settings: { queueWaitMs: 50 }, world });
  const slow = functionOf('f', { timeoutMs: 60_000 });
  const first = invoke({ requestId: 'first', function: slow });
  const thread = invoke({ watcher, requestId: 'thread', function: slow });
  await service.clock.advance(5_000);
  await service.clock.until(first);
  await assert.rejects(invoke(), ThrottledError);
  await service.clock.until(thread);
  assert.deepEqual(ended, ['first', 'thread']);
  await stop();
});

test('threads that wait come in when limits are raised, and those that never will are told', async () => {
  const { service, invoke, limits, stop } = limited({ concurrency: 1, memoryMb: 1_000 });
  const first = invoke({ watcher });
  const large = invoke({ watcher, function: functionOf('large', { memoryMb: 900 }) });
  const small = invoke({ watcher });
  Object.assign(limits, { concurrency: 3, memoryMb: 512 });
  service.manager.limitsChanged(fn.account);
  await assert.rejects(large, NeverFitsError);
  assert.deepEqual(service.manager.useOf(fn.account), { concurrency: 2, memoryMb: 256 });
  await service.clock.until(Promise.all([first, small]));
  await stop();
});

test('threads that wait come in when what was reserved is given free', async () => {
  const { service, invoke, stop } = limited({ concurrency: 2 });
  service.manager.reserve(fn.account, 'other', 1);
  const all = [invoke({ watcher }), invoke({ watcher })];
  assert.equal(service.manager.useOf(fn.account).concurrency, 1);
  service.manager.reserve(fn.account, 'other', undefined);
  await new Promise(setImmediate);
  assert.equal(service.manager.useOf(fn.account).concurrency, 2);
  await service.clock.until(Promise.all(all));
  await stop();
});

test('a thread whose starter holds a container is told at once that there is no room', async () => {
  const { service, invoke, stop } = limited({ concurrency: 1 });
  const first = invoke({ watcher });
  await assert.rejects(invoke({ watcher, nested: true }), (error) => {
    assert(error instanceof NoRoomError);
    assert.equal(error.message, '1 invocations of the account are under way, and 1 may be.');
    return true;
  });
  await service.clock.until(first);
  await stop();
});

test('who waits when the service stops is told, and nothing is left', async () => {
  const { invoke, stop } = limited({ concurrency: 1 });
  const [first, second] = [invoke({ watcher }), invoke({ watcher })];
  await stop();
  await assert.rejects(first, StoppingError);
  await assert.rejects(second, StoppingError);
});

test('an account may have less than before: nobody comes in until enough have ended, whatever is reserved', async () => {
  const { service, invoke, limits, stop } = limited({ concurrency: 4 });
  service.manager.reserve(fn.account, 'own', 2);
  const own = functionOf('own');
  const all = [invoke(), invoke()];
  limits.concurrency = 2;
  await assert.rejects(invoke({ function: own }), { reason: 'ConcurrentInvocationLimitExceeded' });
  await service.clock.until(Promise.all(all));
  assert.ok((await service.clock.until(invoke({ function: own }))).result.ok);
  service.manager.reserve(fn.account, 'own', undefined);
  await stop();
});

test('what the service does for itself is no call of the account', async () => {
  const { service, invoke, stop } = limited({ concurrency: 1, memoryMb: 128 });
  const first = invoke();
  const own = invoke({ ofService: true, function: functionOf('own', { memoryMb: 512 }) });
  assert.deepEqual(service.manager.useOf(fn.account), { concurrency: 1, memoryMb: 128 });
  await service.clock.until(Promise.all([first, own]));
  await stop();
});

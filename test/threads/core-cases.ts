import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { RemoteError, spawn, scope, attach, type RemoteErrorKind, type Scope } from '../../src/index.ts';
import { placeOf, work } from './harness.ts';

async function failure(thread: PromiseLike<unknown>, kind: RemoteErrorKind): Promise<RemoteError> {
  const error = await thread.then(
    (value) => assert.fail(`It gave ${String(value)}, and should have failed.`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RemoteError, String(error));
  assert.equal(error.kind, kind, error.message);
  return error;
}

/** What holds for threads wherever their service is. To be called where one is in use. */
export function coreCases(): void {
  const module = work();

  test('a function is spawned, and tells how it started', async () => {
    const thread = spawn((a: number, b: number) => a + b, [20, 22]);
    assert.equal(await thread, 42);
    const { path, ms } = await thread.start;
    assert.match(path, /^(reused-container|new-container|warm-instance|cold-instance)$/);
    assert.ok(ms > 0, `${ms} ms`);
  });

  test('an export is called, spawned, and called with other options', async () => {
    assert.equal(await module.add(1, 2), 3);
    assert.equal(await module.add.spawn(3, 4).join({ timeoutMs: 60_000 }), 7);
    assert.equal(await module.environment.with({ env: { COLOUR: 'blue' } })('COLOUR'), 'blue');
    assert.equal(await module.environment('COLOUR'), undefined);
  });

  test('values keep their kind both ways', async () => {
    const shared = new ArrayBuffer(16);
    const value = {
      map: new Map([[1n, new Set([undefined, -0])]]),
      views: [new Uint8Array(shared), shared],
      when: new Date(0),
    };
    const circle: Record<string, unknown> = { value };
    circle['self'] = circle;
    const back = await module.identity(circle);
    assert.deepEqual(back, circle);
    assert.equal(back['self'], back);
    const error = await module.identity(new RangeError('text', { cause: /re/g }));
    assert.ok(error instanceof RangeError);
    assert.deepEqual([error.message, error.cause], ['text', /re/g]);
  });

  test('a thread whose promise nothing can settle any more says so, one that listens waits', async () => {
    const never = await failure(
      spawn(() => new Promise(() => undefined), []),
      'throw',
    );
    assert.match(never.message, /^The thread waits for a promise that nothing is left to settle/);
    const waits = spawn(
      (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
      [new AbortController().signal],
    );
    await using asked = module.untilAsked.spawn();
    await asked.start;
    await waits.start;
    assert.equal(await spawn(() => new Promise((resolve) => setTimeout(resolve, 50, 'late')), []), 'late');
    assert.deepEqual([(await asked.state()).state, (await waits.state()).state], ['running', 'running']);
    await waits.cancel();
  });

  test('a signal among the arguments fires there when it does here', async () => {
    const [first, second, early] = [new AbortController(), new AbortController(), AbortSignal.abort('before')];
    const reasons = spawn(
      async (
        signal: AbortSignal,
        given: { readonly stop: AbortSignal; readonly same: AbortSignal },
        past: AbortSignal,
      ) => {
        const reasonOf = (one: AbortSignal): Promise<unknown> =>
          new Promise((resolve) => one.addEventListener('abort', () => resolve(one.reason)));
        const both = [reasonOf(given.stop), reasonOf(signal)];
        return [given.same === signal, signal.aborted, past.reason, ...(await Promise.all(both))];
      },
      [first.signal, { stop: second.signal, same: first.signal }, early],
    );
    await reasons.start;
    second.abort(new RangeError('second'));
    first.abort();
    const given = await reasons;
    assert.deepEqual(given.slice(0, 3), [true, false, 'before']);
    const [fromSecond, fromFirst] = given.slice(3);
    assert.ok(fromSecond instanceof RangeError && fromFirst instanceof DOMException);
    assert.deepEqual([fromSecond.message, fromFirst.name], ['second', 'AbortError']);
  });

  test('a signal that fires before the thread begins has fired there', async () => {
    const controller = new AbortController();
    const fired = spawn(
      async (signal: AbortSignal) => {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return String(signal.reason);
      },
      [controller.signal],
    );
    controller.abort('soon');
    assert.equal(await fired, 'soon');
  });

  test('what a clone would make an empty object of is refused with its place', () => {
    const cases = [
      [new AbortController(), /^Argument 1 is an AbortController, which .* Send its signal/],
      [{ a: { b: new AbortController().signal } }, /^Argument 1 \(`a\.b` in it\) is an AbortSignal deep inside/],
      [{ target: new EventTarget() }, /^Argument 1 \(`target` in it\) is an EventTarget/],
      [{ body: new ReadableStream() }, /^Argument 1 \(`body` in it\) is a stream/],
      [[Promise.resolve()], /^Argument 1 \(`0` in it\) is a promise, .* Await it first/],
    ] as const;
    for (const [argument, message] of cases)
      assert.throws(() => module.identity.spawn(argument), { name: 'DataCloneError', message });
  });

  test('arguments and messages that cannot be sent throw here, at once', async () => {
    assert.throws(() => module.identity.spawn(() => 1), { name: 'DataCloneError' });
    await assert.rejects(module.identity(new SharedArrayBuffer(1)), { name: 'DataCloneError' });
    await using thread = module.waitForPost.spawn();
    assert.throws(() => thread.port.postMessage(Symbol('s')), { name: 'DataCloneError' });
    const moved = new ArrayBuffer(8);
    thread.port.postMessage(moved, [moved]);
    assert.equal(moved.detached, true);
    assert.deepEqual(await thread, new ArrayBuffer(8));
  });

  test('what a thread throws comes with its name, its lines, and what it printed', async () => {
    const error = await failure(module.fail({ x: 1, y: 2 }), 'throw');
    assert.equal(error.remoteName, 'RangeError');
    assert.equal(error.message, 'no such point: 1, 2');
    assert.ok(error.remoteStack.includes(placeOf('throws here')), error.remoteStack);
    assert.equal(error.logTail, 'before it fails\n');
    assert.equal(error.attempt, 1);
    const { cause } = error;
    assert.ok(cause instanceof Error && cause.name === 'RangeError' && cause.stack?.includes(placeOf('throws here')));
  });

  test('an error that nobody catches ends the thread, and not the next one', async () => {
    const error = await failure(module.throwLater(), 'throw');
    assert.equal(error.message, 'nobody catches this');
    assert.equal(await module.add(1, 1), 2);
  });

  test('a result that cannot be sent, and an export that is not there, say so', async () => {
    await failure(module.giveFunction(), 'not-cloneable');
    const missing = await failure(Reflect.get(module, 'nothing')(), 'throw');
    assert.match(missing.message, /nothing is undefined or not exported/);
  });

  test('an export that is not there leaves the container whole for the next thread', async () => {
    // A memory size of its own, so that the first thread has a fresh container.
    const fresh = { memoryMb: 192 };
    await failure(Reflect.get(module, 'nothing').with(fresh)(), 'throw');
    const next = module.add.with(fresh).spawn(1, 2);
    assert.equal(await next, 3);
    assert.equal((await next.start).path, 'reused-container');
  });

  test('a time-out kills an endless loop', async () => {
    await failure(module.spin.with({ timeoutMs: 300 })(), 'timeout');
  });

  test('a thread that needs too much memory ends as such', async () => {
    await failure(module.eat.with({ memoryMb: 128 })(), 'oom');
  });

  test('a cancel kills an endless loop, and says so', async () => {
    const thread = module.spin.spawn();
    await thread.start;
    assert.equal(await thread.cancel(), true);
    await failure(thread, 'cancelled');
    assert.equal(await thread.cancel(), true);
  });

  test('a cancel with grace lets a thread end in its own way, with the reason', async () => {
    for (const reason of [new Error('enough'), Object.assign(() => 1, { toString: () => 'enough' })]) {
      const thread = module.untilAsked.spawn();
      await once(thread.port, 'message');
      assert.equal(await thread.cancel(reason, { graceMs: 30_000 }), false);
      assert.equal(await thread, 'asked: enough');
    }
  });

  test('a thread that obeys a cancel by throwing is cancelled, and one that fails meanwhile has failed', async () => {
    const waits = (how: string) =>
      spawn(
        async (way: string) => {
          const { thread } = await import('heddle');
          const { setTimeout: wait } = await import('node:timers/promises');
          thread.port.postMessage('waits');
          if (way === 'timer') await wait(60_000, undefined, { signal: thread.signal });
          await new Promise<void>((resolve) => thread.signal.addEventListener('abort', () => resolve()));
          if (way === 'reason') thread.signal.throwIfAborted();
          throw new RangeError('of its own');
        },
        [how],
      );
    for (const way of ['timer', 'reason', 'other']) {
      const thread = waits(way);
      await once(thread.port, 'message');
      const reason = new Error('enough');
      assert.equal(await thread.cancel(reason, { graceMs: 30_000 }), way !== 'other');
      const error = await failure(thread, way === 'other' ? 'throw' : 'cancelled');
      assert.equal(error.cause === reason, way !== 'other');
    }
  });

  test('a signal cancels, and its time-out stops waiting only', async () => {
    const abort = new AbortController();
    const thread = module.hold.with({ signal: abort.signal }).spawn();
    await thread.start;
    await assert.rejects(thread.join({ timeoutMs: 1 }), { name: 'TimeoutError' });
    abort.abort(new Error('by signal'));
    await failure(thread, 'cancelled');
    const never = module.add.with({ signal: AbortSignal.abort() }).spawn(1, 2);
    await failure(never, 'cancelled');
  });

  test('messages go both ways through the port, the last ones too', async () => {
    const thread = module.echo.spawn();
    const got: unknown[] = [];
    thread.port.on('message', (value) => got.push(value));
    const closed = once(thread.port, 'close');
    for (const value of ['a', new Map([[1, 2]]), null]) thread.port.postMessage(value);
    assert.equal(await thread, 'done');
    await closed;
    assert.deepEqual(got, [['a', 'a'], [new Map([[1, 2]]), new Map([[1, 2]])], 'last words']);
  });

  test('a port that is closed at one end closes at the other, after what was posted before', async () => {
    const told = module.untilClosed.spawn();
    for (const value of [1, 2]) told.port.postMessage(value);
    told.port.close();
    told.port.postMessage('unheard');
    assert.deepEqual(await told, [1, 2]);
    const later = module.untilClosed.spawn();
    await later.start;
    later.port.postMessage(3);
    later.port.close();
    assert.deepEqual(await later, [3]);

    await using tells = module.closePort.spawn();
    const got: unknown[] = [];
    tells.port.on('message', (value) => got.push(value));
    await once(tells.port, 'close');
    assert.deepEqual(got, ['last words']);
    assert.equal((await tells.state()).state, 'running');
  });

  test('a generator streams all that it yields, undefined too, and its error', async () => {
    assert.equal((await Array.fromAsync(module.countUp.stream(0, 100))).length, 100);
    assert.deepEqual(await Array.fromAsync(module.nothings.stream(40)), Array(40).fill(undefined));
    const got: number[] = [];
    const failed = (async () => {
      for await (const n of module.failAfter.stream(3)) got.push(n);
    })();
    await failure(failed, 'throw');
    assert.deepEqual(got, [0, 1, 2]);
  });

  test('map gives results in order, and failures as it is told to', async () => {
    const items = [0, 1, 2, 3, 4];
    assert.deepEqual(await Array.fromAsync(module.slowerFirst.map(items)), items);
    assert.deepEqual(await Array.fromAsync(module.evenOnly.map(items, { onError: 'skip' })), [0, 2, 4]);
    const all = await Array.fromAsync(module.evenOnly.map(items, { onError: 'yield' }));
    assert.deepEqual(
      all.map((one) => (one instanceof RemoteError ? one.remoteName : one)),
      [0, 'RangeError', 2, 'RangeError', 4],
    );
    await failure(Array.fromAsync(module.evenOnly.map(items)), 'throw');
    const unordered = await Array.fromAsync(module.slowerFirst.map(items, { ordered: false }));
    assert.deepEqual(unordered.toSorted(), items);
  });

  test('options that no thread can have are refused here, and harm no other thread', async () => {
    const other = module.countCalls.spawn(300);
    await other.start;
    const nonsense: object[] = [
      ...[Infinity, NaN, -1, 0, '5'].map((timeoutMs) => ({ timeoutMs })),
      ...[NaN, 0, 128.5, 1e9].map((memoryMb) => ({ memoryMb })),
      { valueBytesMax: -1 },
      { retries: { max: NaN } },
      { retries: { max: 1, backoffMs: -1 } },
      { runtime: 'python2' },
      { output: 'loud' },
      { name: 7 },
      { env: { NUMBER: 7 } },
      { signal: {} },
      { apart: 'yes' },
      { transfer: 'all' },
    ];
    for (const options of nonsense) {
      const name = Object.keys(options)[0] ?? '';
      await assert.rejects(module.add.with(options)(1, 2), (error: unknown) => {
        assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
        assert.match(error.message, new RegExp(`^\`${name}`));
        return true;
      });
    }
    await assert.rejects(other.cancel(undefined, { graceMs: NaN }), RangeError);
    assert.throws(() => attach('../thread'), TypeError);
    assert.ok((await other) > 0);
  });

  test('the reason of a cancel is the cause of what its waiters get', async () => {
    const reason = new Error('not wanted any more');
    const thread = module.waitForPost.spawn();
    await thread.start;
    assert.equal(await thread.cancel(reason), true);
    assert.equal((await failure(thread, 'cancelled')).cause, reason);
  });

  test('a cancel ends the pause before another try', { timeout: 20_000 }, async () => {
    const abort = new AbortController();
    const retries = { max: 3, backoffMs: 60_000, on: () => (abort.abort(new Error('enough')), true) };
    const error = await failure(module.evenOnly.with({ retries, signal: abort.signal })(1), 'cancelled');
    assert.equal(Object(error.cause).message, 'enough');
  });

  test('values have the size that the caller allows, messages of a port a fixed one', async () => {
    const small = module.bytes.with({ valueBytesMax: 1_000 });
    assert.equal((await small(500)).length, 500);
    assert.match((await failure(small(3_000), 'throw')).message, /3\d{3} bytes; at most 1000/);
    await assert.rejects(
      module.sum.with({ valueBytesMax: 1_000 })(new Uint8Array(3_000)),
      /3\d{3} bytes; at most 1000/,
    );
    const thread = module.waitForPost.spawn();
    assert.throws(() => thread.port.postMessage(new Uint8Array(20_000_000)), RangeError);
    thread.port.postMessage('go');
    assert.equal(await thread, 'go');
  });

  test('the code of an error of the system is told', async () => {
    const error = await failure(module.readOwn('./not-there'), 'throw');
    assert.equal(error.code, 'ENOENT');
    assert.equal(Object(error.cause).code, 'ENOENT');
  });

  test('a generator that is called, not streamed, is refused with what to do', async () => {
    const error = await failure(module.countUp(0, 3), 'not-cloneable');
    assert.match(error.message, /countUp gives a generator.*`stream`/);
  });

  test('variables of the environment may have any name that a program can have', async () => {
    assert.equal(await module.environment.with({ env: { X: 'one' } })('X'), 'one');
    assert.equal(await module.environment.with({ env: { _X_1: 'two' } })('_X_1'), 'two');
  });

  for (const how of ['throw', 'reject', 'exit'] as const)
    test(`what a thread leaves behind fails without the next one in its container: ${how}`, async () => {
      const alone = module.leave.with({ env: { ONLY: how }, output: 'silent' });
      const next = module.countCalls.with({ env: { ONLY: how }, output: 'silent' });
      assert.equal(await alone(how), 1);
      assert.equal(await next(300), 2, 'it was in the same container, and is unharmed');
      assert.equal(await next(1), 1, 'the container was used no longer');
    });

  test('a thread finds the process as its module left it, whatever the one before it did', async () => {
    const env = { ONLY: 'soiled' };
    const clean = await module.look.with({ env })();
    const count = await module.soil.with({ env })();
    assert.deepEqual(await module.look.with({ env })(), clean);
    assert.equal(await module.countCalls.with({ env })(0), count + 1, 'it was the same container');
  });

  test('a timer that a thread leaves costs its container, and not the next thread', async () => {
    const env = { ONLY: 'timer' };
    assert.equal(await module.leaveTimer.with({ env })(), 1);
    assert.equal(await module.countCalls.with({ env })(0), 1);
  });

  test('logs, state and usage tell of a thread while it runs and afterwards', async () => {
    const thread = module.waitForPost.spawn();
    await once(thread.port, 'message');
    assert.equal((await thread.state()).state, 'running');
    const during = await thread.usage();
    assert.ok(during.peakMb > 1 && during.cpuMs >= 0, JSON.stringify(during));
    thread.port.postMessage('go');
    assert.equal(await thread, 'go');
    assert.equal((await thread.state()).state, 'ended');
    const after = await thread.usage();
    assert.ok(after.peakMb > 0 && after.cpuMs >= 0 && after.cpuMs < 1_000, JSON.stringify(after));
    const printing = module.print.spawn('one', 'two');
    const texts = await Promise.all([Array.fromAsync(printing.logs()), Array.fromAsync(printing.logs())]);
    assert.deepEqual(
      texts.map((text) => text.join('')),
      ['one\ntwo\n', 'one\ntwo\n'],
    );
  });

  test('a scope leaves nothing running, whatever fails', async () => {
    const started: ReturnType<typeof module.hold.spawn>[] = [];
    await assert.rejects(
      scope(async (own) => {
        const held = own.add(module.hold.spawn());
        started.push(held);
        await held.start;
        own.add(module.fail.spawn({ x: 0, y: 0 }));
        await held;
      }),
      { message: 'no such point: 0, 0' },
    );
    for (const thread of started) assert.equal((await thread.state()).state, 'ended');
  });

  test('a scope takes in nothing after its end, and bears that its user cancels a thread', async () => {
    let ended: Scope | undefined;
    const result = await scope(async (own) => {
      ended = own;
      const thread = own.add(module.hold.spawn());
      await thread.start;
      assert.equal(await thread.cancel(), true);
      return own.signal.aborted;
    });
    assert.equal(result, false);
    assert.throws(() => ended?.spawn(() => 1, []), /scope has ended/);
    const late = module.hold.spawn();
    assert.throws(() => ended?.add(late), /scope has ended/);
    await failure(late, 'cancelled');
  });

  test('attach to a thread of this process shares it; an unknown id says so', async () => {
    const thread = module.waitForPost.spawn();
    await once(thread.port, 'message');
    const again = attach<unknown>(thread.detach());
    again.port.postMessage('shared');
    assert.deepEqual(await Promise.all([thread, again]), ['shared', 'shared']);
    const error = await failure(attach('00000000-0000-4000-8000-000000000000'), 'throw');
    assert.match(error.message, /There is no thread 0000/);
  });
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { encodeMessage } from '../../../protocol/clone.ts';
import { threadContextKey } from '../../../protocol/threads/thread-context.ts';
import { ThreadLocal } from '../../sharing/thread-local.ts';
import { ownContext } from './context.ts';
import { RemoteError } from '../errors.ts';
import { endWithParent, InlineRun, type InlineCall } from './inline-run.ts';
import type { ThreadListener } from '../session/client-session.ts';
import type { ThreadStart } from '../thread/thread-run.ts';

/** Of the thread that these tests are in place of. */
const outer = { port: 'outer', signal: new AbortController().signal, session: 'of the parent' };

interface Told {
  readonly starts: ThreadStart[];
  readonly posts: unknown[];
  readonly items: unknown[];
  /** Contexts in which it was told. */
  readonly contexts: unknown[];
  readonly listeners: Map<string, ThreadListener>;
}

function begin(call: () => unknown, more: Partial<InlineCall> = {}): { readonly run: InlineRun; readonly told: Told } {
  const told: Told = { starts: [], posts: [], items: [], contexts: [], listeners: new Map() };
  const tell =
    <T>(list: T[]) =>
    (value: T): void => {
      list.push(value);
      told.contexts.push(ownContext());
    };
  const inline = {
    exportName: 'f',
    load: async () => call,
    streams: false,
    timeoutMs: 60_000,
    orderedAt: performance.now(),
    ...more,
  };
  const events = {
    onStart: tell(told.starts),
    onPost: tell(told.posts),
    onItem: tell(told.items),
    onLog: () => undefined,
    onPortClose: () => undefined,
  };
  const session = {
    listen: (id: string, listener: ThreadListener) => void told.listeners.set(id, listener),
    forget: (id: string) => void told.listeners.delete(id),
  };
  return { run: new InlineRun({ id: 'inline', attempt: 2 }, inline, events, session), told };
}

async function failure(run: InlineRun): Promise<RemoteError> {
  const error: unknown = await run.result.then(
    () => assert.fail('It did not fail.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RemoteError, String(error));
  assert.deepEqual([error.threadId, error.attempt, error.logTail], ['inline', 2, '']);
  return error;
}

function aborted(): Promise<unknown> {
  const { signal } = ownContext();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));
}

describe('A thread that runs inline', () => {
  before(() => Reflect.set(globalThis, threadContextKey, outer));

  test('begins in a later turn, and says how long that took', async () => {
    let began = false;
    const { run, told } = begin(() => (began = true));
    assert.equal(began, false);
    assert.equal(await run.result, true);
    assert.equal(told.starts.length, 1);
    assert.deepEqual(told.starts[0], run.start);
    assert.equal(run.start?.path, 'reused-container');
    assert.ok(run.start.ms > 0);
    assert.equal(told.listeners.size, 0, 'nobody listens after its end');
  });

  test('has a context of its own, and so have those beside it, before and after they wait', async () => {
    const local = new ThreadLocal(() => 'initial');
    local.set('of the parent');
    const call = async (): Promise<readonly unknown[]> => {
      const [context, first] = [ownContext(), local.get()];
      local.set(`own ${Math.random()}`);
      const own = local.get();
      await new Promise((resolve) => setTimeout(resolve, 1));
      return [context === ownContext(), context.port !== ownContext().port, first, own === local.get()];
    };
    const results = await Promise.all([begin(call).run.result, begin(call).run.result]);
    const expected = [true, false, 'initial', true];
    assert.deepEqual(results, [expected, expected]);
    assert.equal(local.get(), 'of the parent');
    assert.equal(ownContext(), outer);
  });

  test('gives a copy, and says of what cannot be copied that it cannot', async () => {
    const value = { when: new Date(0) };
    const given = await begin(() => value).run.result;
    assert.deepEqual(given, value);
    assert.notEqual(given, value);
    const error = await failure(begin(() => () => 1).run);
    assert.deepEqual([error.kind, error.remoteName], ['not-cloneable', 'DataCloneError']);
  });

  test('what it throws comes with its name, its message and its lines', async () => {
    const error = await failure(
      begin(async function fails() {
        throw new RangeError('no such point');
      }).run,
    );
    assert.deepEqual([error.kind, error.remoteName, error.message], ['throw', 'RangeError', 'no such point']);
    assert.match(error.remoteStack, /at fails .*inline-run\.test\.ts/);
    assert.equal((await failure(begin(() => Promise.reject('text')).run)).remoteName, 'string');
  });

  test('messages are copied both ways, wait until they are listened to, and are heard in the own context', async () => {
    const { run, told } = begin(async () => {
      await new Promise(setImmediate);
      const { port } = ownContext();
      const [value] = await once(port, 'message');
      const context = await new Promise((resolve) => port.once('message', () => resolve(ownContext())));
      port.postMessage({ back: value });
      assert.throws(() => port.postMessage(Symbol('s')), { name: 'DataCloneError' });
      return context === ownContext();
    });
    run.post(encodeMessage(new Map([[1, 2n]])));
    run.post(encodeMessage('second'));
    assert.equal(await run.result, true);
    assert.deepEqual(told.posts, [{ back: new Map([[1, 2n]]) }]);
    assert.deepEqual(new Set(told.contexts), new Set([outer]), 'its parent hears of it in its own');
    run.post(encodeMessage('too late'));
  });

  test('a time-out ends it for those who wait, and asks it to stop', async () => {
    const asked = Promise.withResolvers<unknown>();
    const { run } = begin(() => aborted().then((reason) => asked.resolve(reason)), { timeoutMs: 10 });
    const error = await failure(run);
    assert.deepEqual([error.kind, error.remoteName], ['timeout', 'TimeoutError']);
    assert.equal(Reflect.get(Object(await asked.promise), 'name'), 'TimeoutError');
  });

  test('a cancel ends it at once, with a copy of the reason, in its own context', async () => {
    const asked = Promise.withResolvers<readonly unknown[]>();
    const began = Promise.withResolvers<void>();
    const { run, told } = begin(() => {
      const context = ownContext();
      context.signal.addEventListener('abort', () =>
        asked.resolve([ownContext() === context, context.signal.reason.message]),
      );
      began.resolve();
      return new Promise(() => undefined);
    });
    await began.promise;
    run.cancel(new Error('enough'), 0);
    assert.equal((await failure(run)).kind, 'cancelled');
    assert.deepEqual(await asked.promise, [true, 'enough']);
    assert.equal(told.listeners.size, 0);
  });

  test('one that is cancelled before it begins never does', async () => {
    let began = false;
    const { run } = begin(() => (began = true));
    run.cancel(undefined, 0);
    assert.equal((await failure(run)).kind, 'cancelled');
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(began, false);
  });

  test('a cancel with grace lets it end in its own way, if it does so in time', async () => {
    const { run } = begin(() => aborted());
    await new Promise(setImmediate);
    run.cancel('enough', 60_000);
    assert.equal(await run.result, 'enough');
    const other = begin(() => new Promise(() => undefined)).run;
    other.cancel('enough', 1);
    const alive = setTimeout(() => undefined, 60_000);
    assert.equal((await failure(other)).kind, 'cancelled');
    clearTimeout(alive);
  });

  test('a generator goes no further than is wanted, and its finally runs when no more is', async () => {
    const made: number[] = [];
    const left = Promise.withResolvers<void>();
    const { run, told } = begin(
      function* () {
        try {
          for (let n = 0; ; n++) {
            made.push(n);
            yield { n };
          }
        } finally {
          left.resolve();
        }
      },
      { streams: true },
    );
    run.want(2);
    while (made.length < 3) await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.deepEqual(
      [told.items, made],
      [
        [{ n: 0 }, { n: 1 }],
        [0, 1, 2],
      ],
    );
    run.want(0);
    await left.promise;
    assert.equal(await run.result, undefined);
    const failed = await failure(begin(() => 7, { streams: true }).run);
    assert.equal(failed.message, 'f gives nothing to iterate over.');
  });

  test('it ends with its parent, and with it what it has started', async () => {
    const disposed = Promise.withResolvers<void>();
    const child = { [Symbol.asyncDispose]: async () => disposed.resolve() };
    const { run, told } = begin(() => {
      endWithParent(child);
      return aborted();
    });
    await new Promise(setImmediate);
    told.listeners.get('inline')?.onLost(new Error('The session was closed.'), 0);
    const error = await failure(run);
    assert.deepEqual([error.kind, error.message], ['lost', 'The session was closed.']);
    await disposed.promise;
  });

  test('it tells what its process uses', async () => {
    const { cpuMs, peakMb } = await begin(() => 1).run.usage();
    assert.ok(cpuMs >= 0 && peakMb > 1, `${cpuMs} ms, ${peakMb} MB`);
  });
});

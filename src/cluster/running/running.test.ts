import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { systemClock } from '../../model/clock.ts';
import { CancelledError, CapacityError, InstanceLostError } from '../../model/errors.ts';
import type { AnswerSource } from '../../model/invocations/answer-stream.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Invocation } from '../../model/invocations/invocation.ts';
import { NotBegunError } from '../placement/run-again.ts';
import { two } from './testing/two-hosts.ts';

test('an invocation runs on another host as it was, and its outcome comes back whole', async () => {
  await using undo = new AsyncDisposableStack();
  const seen: Invocation[] = [];
  const outcome = outcomeOf(Buffer.alloc(6_000_000, 'a'), {
    initMs: 3,
    cpuMs: 2,
    ranMs: 1,
    coldReason: 'booting',
    startPath: 'cold-instance',
    log: 'START\nEND\n',
    logTimes: [[0, 17]],
    logStream: 'stream',
  });
  const { run, fn } = await two(undo, async (invocation) => {
    seen.push(invocation);
    invocation.begun?.();
    return outcome;
  });
  const sent = {
    payload: Buffer.alloc(6_000_000, 'b'),
    clientContext: '{}',
    tenantId: 't',
    traceHeader: 'Root=1',
    invokedArn: `${fn.arn}:live`,
    policy: { egress: ['a.example'], services: [[{ effect: 'Allow', actions: ['lambda:*'], resources: ['*'] }]] },
    nested: true,
    loadMax: 2.5,
  } as const;
  let begun = 0;
  const { startMs, host, ...came } = await run({ ...sent, begun: () => (begun += 1) });
  const { startMs: _, ...rest } = outcome;
  assert.deepEqual({ ...came }, rest);
  assert.equal(host, 'h-0000000000000002');
  assert.equal(begun, 1);
  const [invocation] = seen;
  assert.deepEqual(invocation?.function, fn);
  for (const [name, value] of Object.entries(sent)) assert.deepEqual(Reflect.get(invocation, name), value, name);
  assert.ok(startMs >= 0);
});

test('the start is measured on the clock of the host that has the request, the way included', async () => {
  await using undo = new AsyncDisposableStack();
  const starts: number[] = [];
  const { run } = await two(undo, async ({ receivedAt, begun }) => {
    starts.push(systemClock.now() - receivedAt);
    begun?.();
    return outcomeOf(Buffer.from('1'));
  });
  const { startMs } = await run({ receivedAt: systemClock.now() - 50 });
  const [there] = starts;
  // Both are in one process here: the first host's is the same time, and what passed after.
  assert.ok(there !== undefined && there >= 50 && startMs >= there, `${startMs} ${there}`);
});

test('a function version is sent once, and asked for by who does not know it; its code is fetched', async () => {
  await using undo = new AsyncDisposableStack();
  const seen: FunctionVersion[] = [];
  const { run, fn, there, known, other } = await two(undo, async (invocation) => {
    seen.push(invocation.function);
    return outcomeOf(Buffer.from('1'));
  });
  // It was to be sent, and never came: the other host says that it has none.
  known.setSilent(other, true);
  await assert.rejects(run(), NotBegunError);
  known.setSilent(other, false);
  await run();
  await run();
  assert.ok(seen[0] === seen[1] && seen[0] !== fn);
  assert.equal((await there.read(fn.codeSha256)).files.length, 1);
  const missing = { ...fn, codeSha256: Buffer.alloc(32).toString('base64') };
  await assert.rejects(run({ function: missing }), { name: 'CodeMissingError' });
  // It stands among what was sent: only the code was missing.
  assert.equal(seen.length, 2);
});

test('what the other host refuses comes out as it is', async () => {
  await using undo = new AsyncDisposableStack();
  const { run } = await two(undo, async () => {
    throw new CapacityError('No room.', 4);
  });
  const error: unknown = await run().catch((reason: unknown) => reason);
  assert.ok(error instanceof CapacityError && error.retryAfterSeconds === 4);
});

test('who goes away, and who cancels, is heard there', async () => {
  await using undo = new AsyncDisposableStack();
  const begun: PromiseWithResolvers<Invocation>[] = [Promise.withResolvers(), Promise.withResolvers()];
  let n = 0;
  const { run } = await two(undo, async (invocation, signal) => {
    begun[n++]?.resolve(invocation);
    const signals = [signal, ...(invocation.cancel === undefined ? [] : [invocation.cancel])];
    const either = AbortSignal.any(signals);
    await once(either, 'abort');
    throw either.reason;
  });
  const client = new AbortController();
  const gone = run({}, client.signal);
  await begun[0]?.promise;
  client.abort();
  await assert.rejects(gone, { name: 'AbortError' });
  const cancel = new AbortController();
  const cancelled = run({ cancel: cancel.signal });
  await begun[1]?.promise;
  cancel.abort(new CancelledError('Enough.'));
  await assert.rejects(cancelled, CancelledError);
});

test('whether it may be run again is said by what was heard of it', async () => {
  await using undo = new AsyncDisposableStack();
  const heard = Promise.withResolvers<void>();
  const arrived: PromiseWithResolvers<void>[] = Array.from({ length: 3 }, () => Promise.withResolvers());
  let n = 0;
  const { run, known, other, endOther } = await two(undo, async ({ begun }, signal) => {
    if (n !== 1) begun?.();
    arrived[n++]?.resolve();
    await once(signal, 'abort');
    throw signal.reason;
  });
  const begun = run().catch((error: unknown) => error);
  await arrived[0]?.promise;
  const waiting = run().catch((error: unknown) => error);
  await arrived[1]?.promise;
  const told = run({ begun: () => heard.resolve() }).catch((error: unknown) => error);
  await heard.promise;
  await endOther();
  const [lost, passedOn] = [await begun, await waiting];
  assert.ok(passedOn instanceof NotBegunError, String(passedOn));
  assert.ok(lost instanceof InstanceLostError, String(lost));
  assert.match(lost.message, /had begun/);
  assert.match(String(await told), /had begun/);
  const unsent: unknown = await run().catch((error: unknown) => error);
  assert.ok(unsent instanceof NotBegunError);
  known.setSilent(other, true);
  const silent: unknown = await run().catch((error: unknown) => error);
  assert.ok(silent instanceof NotBegunError);
});

test('a host that is only out of reach may have begun it', async () => {
  await using undo = new AsyncDisposableStack();
  const arrived = Promise.withResolvers<void>();
  const { run, known, other } = await two(undo, async (_invocation, signal) => {
    arrived.resolve();
    await once(signal, 'abort');
    throw signal.reason;
  });
  const called = run().catch((error: unknown) => error);
  await arrived.promise;
  known.setSilent(other, true);
  const lost = await called;
  assert.ok(lost instanceof InstanceLostError);
  assert.match(lost.message, /may have begun/);
});

test('an answer streams part by part, no further ahead than it is read', async () => {
  await using undo = new AsyncDisposableStack();
  const took: Uint8Array[] = [];
  const all = Promise.withResolvers<void>();
  const { run } = await two(undo, async ({ answer, begun }) => {
    begun?.();
    const left = Promise.withResolvers<void>();
    const sent = [Buffer.from('one'), Buffer.from('two')];
    const start = { startPath: 'reused-container', startMs: 1, instanceId: 'i', containerId: 'c' } as const;
    answer?.began(
      { contentType: 'text/plain', ...start },
      {
        took: (part) => {
          took.push(part);
          if (took.length === 2) all.resolve();
          assert.ok(part === sent[took.length - 1]);
        },
        leave: () => left.resolve(),
      },
    );
    for (const part of sent) answer?.part(part);
    await left.promise;
    return outcomeOf(Buffer.alloc(0), { streamedBytes: 6 });
  });
  const parts: string[] = [];
  let from: AnswerSource | undefined;
  let contentType = '';
  const outcome = run({
    answer: {
      began: (start, source) => {
        contentType = start.contentType;
        from = source;
      },
      part: (part) => {
        parts.push(String(part));
        from?.took(part);
      },
    },
  });
  await all.promise;
  from?.leave();
  assert.equal((await outcome).streamedBytes, 6);
  assert.deepEqual([contentType, ...parts], ['text/plain', 'one', 'two']);
});

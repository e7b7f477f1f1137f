import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { zipOf } from '../../frontend/testing/zip-of.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import { calledAs, type Caller } from '../../model/invocations/caller.ts';
import { CancelledError, CapacityError, InstanceLostError } from '../../model/errors.ts';
import type { AnswerSource } from '../../model/invocations/answer-stream.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Invocation, InvocationOutcome, ThreadLane, ThreadWatcher } from '../../model/invocations/invocation.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import type { CodeStore } from '../../store/contract.ts';
import { recordOf } from '../../store/testing/record-of.ts';
import { NotBegunError } from '../placement/run-again.ts';
import { testHosts, HostBook } from '../peers/testing/hosts.ts';
import { RemoteRunner } from './remote-runner.ts';
import { serveRuns } from './serve-runs.ts';
import type { RunHere } from './served-run.ts';

interface Two {
  /** Has it run on the other host. */
  readonly run: (more?: Partial<Invocation>, signal?: AbortSignal) => Promise<InvocationOutcome>;
  readonly fn: FunctionVersion;
  readonly there: CodeStore;
  readonly known: HostBook;
  readonly other: string;
  readonly endOther: () => Promise<void>;
}

const never = new AbortController().signal;
const no = (): void => undefined;
const soon = async (): Promise<void> => undefined;
const idleLane: ThreadLane = { send: () => true, drained: soon, pause: no, resume: no, synced: soon, renew: no };

/** Two hosts; the one has invocations run by the other, which does with them what `runHere` says. */
async function two(undo: AsyncDisposableStack, runHere: RunHere, clockThere: Clock = systemClock): Promise<Two> {
  const known = new HostBook();
  const [one, other] = await testHosts(2, undo, known);
  assert.ok(one !== undefined && other !== undefined);
  const [here, there] = await Promise.all(
    [one, other].map(({ home }) => openCodeStore({ folder: join(home, 'code'), clock: systemClock })),
  );
  assert.ok(here !== undefined && there !== undefined);
  const code = undo.use(await here.put(await zipOf({ 'index.mjs': 'export const handler = () => 1;' })));
  serveRuns({
    peers: one.peers,
    localCode: here,
    clusterCode: here,
    clock: systemClock,
    runHere: async () => assert.fail(),
  });
  serveRuns({ peers: other.peers, localCode: there, clusterCode: there, clock: clockThere, runHere });
  await Promise.all([one.join(), other.join()]);
  const runner = new RemoteRunner(one.peers, systemClock);
  const { latest: fn } = recordOf('f', { codeSha256: code.sha256 });
  const invocation = { function: fn, requestId: 'r', payload: Buffer.from('{}') };
  return {
    run: (more, signal = never) =>
      runner.invoke(other.id, { ...invocation, receivedAt: systemClock.now(), ...more }, signal),
    fn,
    there,
    known,
    other: other.id,
    endOther: () => other.peers[Symbol.asyncDispose](),
  };
}

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
  const late: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    timer: (_ms, fire) => {
      late.push(fire);
      return { [Symbol.dispose]: () => undefined };
    },
  };
  let n = 0;
  const { run, known, other, endOther } = await two(
    undo,
    async ({ begun }, signal) => {
      if (n !== 1) begun?.();
      arrived[n++]?.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    },
    clock,
  );
  const begun = run().catch((error: unknown) => error);
  await arrived[0]?.promise;
  const waiting = run().catch((error: unknown) => error);
  await arrived[1]?.promise;
  // It waits for a container, say: that is told when it does not begin at once, and before what comes next.
  late[1]?.();
  const told = run({ begun: () => heard.resolve() }).catch((error: unknown) => error);
  await heard.promise;
  await endOther();
  const [lost, passedOn] = [await begun, await waiting];
  assert.ok(passedOn instanceof NotBegunError, String(passedOn));
  assert.ok(lost instanceof InstanceLostError, String(lost));
  assert.match(lost.message, /may have begun/);
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

/** Watches a thread: all that it was told, and its lane when it is there. */
class Watching implements ThreadWatcher {
  readonly heard: string[] = [];
  readonly lane: PromiseWithResolvers<ThreadLane> = Promise.withResolvers();
  bytes = 0;
  onReceived: () => void = () => undefined;

  placed(lane: ThreadLane): void {
    this.heard.push('placed');
    this.lane.resolve(lane);
  }
  started(path: string, _ms: number, host = ''): void {
    this.heard.push(`started ${path} ${host}`);
  }
  received(data: Uint8Array): void {
    this.bytes += data.length;
    if (data.length < 10) this.heard.push(`received ${String(data)}`);
    this.onReceived();
  }
  printed(text: string, stderr?: true): void {
    this.heard.push(`printed ${text} ${stderr === true}`);
  }
}

test('a thread on another host is told and heard as one here, with the host that runs it', async () => {
  await using undo = new AsyncDisposableStack();
  const there: string[] = [];
  const ends = Promise.withResolvers<void>();
  const { run } = await two(undo, async ({ watcher }) => {
    const lane: ThreadLane = {
      send: (data) => {
        there.push(`sent ${String(data)}`);
        watcher?.received(data);
        return true;
      },
      drained: async () => undefined,
      pause: () => void there.push('pause'),
      resume: () => void there.push('resume'),
      synced: async () => void there.push('synced'),
      renew: () => void there.push('renew'),
    };
    watcher?.placed(lane);
    watcher?.started('new-container', 1);
    watcher?.printed('out', true);
    await ends.promise;
    return outcomeOf(Buffer.from('done'));
  });
  const watcher = new Watching();
  const outcome = run({ watcher });
  const lane = await watcher.lane.promise;
  assert.ok(lane.send(Buffer.from('a')));
  lane.renew();
  await lane.synced();
  assert.deepEqual(there, ['sent a', 'renew', 'synced']);
  ends.resolve();
  assert.equal(String((await outcome).result.payload), 'done');
  const started = 'started new-container h-0000000000000002';
  assert.deepEqual(watcher.heard, ['placed', started, 'printed out true', 'received a']);
});

test('what a thread calls that runs on another host is counted there, and who has its session hears that it stands still', async () => {
  await using undo = new AsyncDisposableStack();
  const seen: string[] = [];
  const [stands, goesOn, ends] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const versions = new Set<FunctionVersion | undefined>();
  const caller: Caller = {
    ...{ account: '1', functionName: 'thread', begin: no, started: no, ended: no, connects: no },
    calls: (called, kind) => {
      versions.add(called.function);
      seen.push(`${called.name}:${called.qualifier} ${kind}`);
      return () => void seen.push(`${called.name} has ended`);
    },
  };
  const { run, fn } = await two(undo, async ({ watcher }) => {
    watcher?.placed({ ...idleLane, caller });
    await stands?.promise;
    watcher?.stoodStill?.(true);
    watcher?.received(Buffer.from('still'));
    await goesOn?.promise;
    watcher?.stoodStill?.(false);
    watcher?.received(Buffer.from('moving'));
    await ends?.promise;
    return outcomeOf(Buffer.from('done'));
  });
  const watcher = new Watching();
  const outcome = run({ watcher });
  const lane = await watcher.lane.promise;
  assert.equal(lane.caller?.functionName, 'thread');
  const over = lane.caller?.calls({ account: fn.account, name: 'f', qualifier: 'live' }, 'call');
  for (let i = 0; i < 2; i++) lane.caller?.calls(calledAs(fn), 'thread');
  over?.();
  await lane.synced();
  assert.deepEqual(seen, ['f:live call', 'f: thread', 'f: thread', 'f has ended']);
  // The version is sent once, and is one object there.
  assert.deepEqual([...versions], [undefined, fn]);
  for (const [gate, still] of [
    [stands, true],
    [goesOn, false],
  ] as const) {
    const heard = new Promise<void>((resolve) => (watcher.onReceived = resolve));
    assert.equal(lane.paused?.(), !still);
    gate?.resolve();
    await heard;
    assert.equal(lane.paused?.(), still);
  }
  ends?.resolve();
  await outcome;
});

test('a thread that floods its watcher waits for him, and he has all of it before its end', async () => {
  await using undo = new AsyncDisposableStack();
  const count = 100;
  const paused = Promise.withResolvers<void>();
  const { run } = await two(undo, async ({ watcher }) => {
    let gate = Promise.withResolvers<void>();
    gate.resolve();
    watcher?.placed({
      ...idleLane,
      pause: () => {
        gate = Promise.withResolvers();
        paused.resolve();
      },
      resume: () => gate.resolve(),
    });
    for (let n = 0; n < count; n++) {
      await gate.promise;
      watcher?.received(Buffer.alloc(20_000));
    }
    return outcomeOf(Buffer.from('done'));
  });
  const watcher = new Watching();
  const outcome = run({ watcher });
  const lane = await watcher.lane.promise;
  lane.pause();
  await paused.promise;
  assert.ok(watcher.bytes < count * 20_000);
  lane.resume();
  await outcome;
  assert.equal(watcher.bytes, count * 20_000);
});

test('who sends to a thread that takes nothing is told to wait, and can cancel it all the same', async () => {
  await using undo = new AsyncDisposableStack();
  const room = Promise.withResolvers<void>();
  const { run } = await two(undo, async ({ watcher, cancel }) => {
    watcher?.placed({ ...idleLane, send: () => false, drained: () => room.promise });
    assert.ok(cancel !== undefined);
    await once(cancel, 'abort');
    throw cancel.reason;
  });
  const cancel = new AbortController();
  const watcher = new Watching();
  const outcome = run({ watcher, cancel: cancel.signal });
  const lane = await watcher.lane.promise;
  while (lane.send(Buffer.alloc(60_000)));
  const drained = lane.drained();
  cancel.abort(new CancelledError('Enough.'));
  await assert.rejects(outcome, CancelledError);
  await drained;
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { outcomeOf } from '../../frontend/testing/fake-worker-manager.ts';
import { CancelledError } from '../../model/errors.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { calledAs, type Caller } from '../../model/invocations/caller.ts';
import type { ThreadLane, ThreadWatcher } from '../../model/invocations/invocation.ts';
import { two } from './testing/two-hosts.ts';

const no = (): void => undefined;
const soon = async (): Promise<void> => undefined;
const idleLane: ThreadLane = { send: () => true, drained: soon, pause: no, resume: no, synced: soon, renew: no };

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

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { remote, type Thread } from '../../src/index.ts';
import { processesMarked } from '../../src/instance/processes/processes.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import type { RunningService } from '../e2e/service.ts';
import { useService } from './harness.ts';
import type * as Moving from './fixtures/moving.ts';

const file = join(import.meta.dirname, 'fixtures', 'moving.ts');
const drivers = await driversUnderTest({ emulated: true });
const skipOf = (driver: string): string | false =>
  drivers.find(({ name }) => name === driver)?.skip ?? 'it is not probed';
const skip = skipOf('microvm');

describe('threads that are paused and forked, on virtual machines', { skip, timeout: 900_000 }, () => {
  const module = remote<typeof Moving>(file, { output: 'silent', timeoutMs: 60_000 });
  let service: RunningService;
  before(async () => {
    service = await useService('microvm');
  });
  after(async () => {
    const { home } = service;
    await service[Symbol.asyncDispose]();
    // Programs that this process has started have the home in their environment, too.
    const left = await processesMarked({ HEDDLE_HOME: home });
    assert.deepEqual(
      left.filter(({ environment }) => environment.has('HEDDLE_INSTANCE')),
      [],
    );
  });

  test('a thread goes on where it was paused, and what was said to it meanwhile reaches it', async () => {
    const { thread } = await readyThread(7);
    const paused = await thread.pause();
    assert.equal(paused.to, 'disk');
    assert.equal((await thread.state()).state, 'paused');
    assert.ok(paused.bytes > 0);
    assert.equal((await readdir(join(service.home, 'run', 'paused'))).length, 1);
    await assert.rejects(thread.pause(), /paused already/);
    await assert.rejects(thread.fork(2), /paused/);
    thread.port.postMessage('go on');
    await thread.resume();
    const told = await thread;
    assert.deepEqual([told.prepared, told.message, told.index, told.heard], [7, 'go on', 0, []]);
  });

  test('forks of a thread go on beside it, each with a port, a number and random values of its own', async () => {
    const { thread } = await readyThread(8);
    const forks = await thread.fork(3);
    assert.deepEqual(
      forks.map(({ forkIndex }) => forkIndex),
      [1, 2, 3],
    );
    const all = [thread, ...forks];
    // The last first: they do not wait for each other.
    for (const one of all.toReversed()) one.port.postMessage(`to ${one.forkIndex}`);
    const told = await Promise.all(all);
    assert.deepEqual(
      told.map(({ prepared, message, index, heard }) => [prepared, message, index, heard]),
      [0, 1, 2, 3].map((index) => [8, `to ${index}`, index, index === 0 ? [] : [index]]),
    );
    for (const key of ['host', 'uuid', 'random'] as const)
      assert.equal(new Set(told.map((one) => one[key])).size, 4, `${key}: ${JSON.stringify(told)}`);
  });

  test('a fork is cancelled without its siblings, and a paused thread with its instance', async () => {
    const { thread } = await readyThread(9);
    const [fork, other] = await thread.fork(2);
    assert.ok(fork !== undefined && other !== undefined);
    assert.equal(await fork.cancel(), true);
    other.port.postMessage('you');
    assert.equal((await other).message, 'you');
    await thread.pause();
    assert.equal(await thread.cancel(), true);
    await assert.rejects(thread.join(), { kind: 'cancelled' });
  });

  /** A thread by itself would be joined by whoever waits for it. */
  async function readyThread(prepared: number): Promise<{ readonly thread: Thread<Moving.Told> }> {
    const thread = module.prepareAndWait.spawn(prepared);
    const [said]: unknown[] = await once(thread.port, 'message');
    assert.equal(said, 'ready');
    return { thread };
  }
});

describe('threads that are paused in gVisor', { skip: skipOf('gvisor'), timeout: 900_000 }, () => {
  test('one says so, cannot be forked, and goes on', async () => {
    await using _ = await useService('gvisor');
    const module = remote<typeof Moving>(file, { output: 'silent', timeoutMs: 60_000 });
    const thread = module.prepareAndWait.spawn(1);
    await once(thread.port, 'message');
    assert.equal((await thread.state()).state, 'running');
    assert.equal((await pauseWhenAlone(thread)).to, 'memory');
    assert.equal((await thread.state()).state, 'paused');
    await assert.rejects(thread.fork(1), /cannot fork instances/);
    thread.port.postMessage('go on');
    await thread.resume();
    assert.equal((await thread).message, 'go on');
    assert.equal((await thread.state()).state, 'ended');
  });
});

/** Where a container is just being made beside it, that has to be there first. */
async function pauseWhenAlone(thread: Thread<unknown>): ReturnType<Thread<unknown>['pause']> {
  for (;;) {
    try {
      return await thread.pause();
    } catch (error) {
      if (!/try again/.test(String(error))) throw error;
    }
  }
}

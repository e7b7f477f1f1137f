import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { GetFunctionCommand, UpdateFunctionCodeCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { processesMarked, sendKill } from '../../src/instance/processes/processes.ts';
import { mountsBelow } from '../../src/instance/processes/sweep.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { driversUnderTest } from './drivers.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from './service.ts';

const slow = `exports.handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return 'old'; };`;
// The last: a machine that is busy, and emulates, takes longer than usual for a cold start.
const warm = ['--warm', 'nodejs24.x-256=1', '--queue-wait', '60s'];

/** Nothing of the home's instances is left: no process, mount or file. */
async function assertNothingLeft(home: string): Promise<void> {
  const left = await processesMarked({ HEDDLE_HOME: home });
  assert.deepEqual(
    left.map(({ pid, environment }) => [pid, environment.get('HEDDLE_INSTANCE')]),
    [],
  );
  assert.deepEqual(await mountsBelow(home), []);
}

for (const { name, skip } of await driversUnderTest())
  describe(`the life of a service, driver ${name}`, { skip }, () => {
    test('a stop lets what runs end, and leaves nothing', async () => {
      await using service = await startHeddle(await newHome(), '--driver', name, ...warm);
      await deploy(service, 'slow', slow);
      await invoke(service, 'slow', { ms: 0 });
      const running = invoke(service, 'slow', { ms: 1_500 });
      await processSees(service.url, 'running');
      await service.kill('SIGTERM');
      assert.equal((await running).payload, 'old');
      assert.equal(service.process.exitCode, 0);
      await assertNothingLeft(service.home);
      await assert.rejects(access(join(service.home, 'service.json')), 'it still says where it was');
    });

    test('after a kill -9, functions are there and leftovers are not', async () => {
      const home = await newHome();
      const first = await startHeddle(home, '--driver', name, ...warm);
      await deploy(first, 'slow', slow);
      await invoke(first, 'slow', { ms: 0 });
      await first.kill('SIGKILL');
      await using second = await startHeddle(home, '--driver', name, ...warm);
      const instances = new Set(
        (await processesMarked({ HEDDLE_HOME: home })).map((it) => it.environment.get('HEDDLE_INSTANCE')),
      );
      assert.ok(instances.size <= 2, `instances of the killed service are still there: ${[...instances].join(', ')}`);
      const { Configuration } = await second.client.send(new GetFunctionCommand({ FunctionName: 'slow' }));
      assert.equal(Configuration?.State, 'Active');
      assert.equal((await invoke(second, 'slow', { ms: 0 })).payload, 'old');
      await second.kill('SIGTERM');
      await assertNothingLeft(home);
    });

    test('an instance killed under an invocation costs that invocation, and no other', async () => {
      await using service = await startHeddle(await newHome(), '--driver', name, ...warm);
      await deploy(service, 'slow', slow);
      await invoke(service, 'slow', { ms: 0 });
      const running = invoke(service, 'slow', { ms: 20_000 });
      const failed = assert.rejects(running, /instance|ServiceException/i);
      // On a busy machine not always that of the first.
      const instance = await instanceOfSecond(service);
      const own = await processesMarked({ HEDDLE_HOME: service.home, HEDDLE_INSTANCE: instance });
      assert.ok(own.length > 0, `The instance ${instance} is gone already.`);
      for (const { pid } of own) sendKill(pid);
      await failed;
      const next = await invoke(service, 'slow', { ms: 0 });
      assert.equal(next.payload, 'old');
      assert.notEqual(next.instance, instance);
    });
  });

test('an update lets what runs end with the old code, and answers the next with the new', async () => {
  await using service = await startHeddle(await newHome(), '--driver', 'host', ...warm);
  await deploy(service, 'slow', slow);
  const old = await invoke(service, 'slow', { ms: 0 });
  const running = invoke(service, 'slow', { ms: 2_000 });
  await processSees(service.url, 'running');
  const { client } = service;
  const ZipFile = await zipOf({ 'index.js': `exports.handler = async () => 'new';` });
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'slow', ZipFile }));
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName: 'slow' });
  const next = await invoke(service, 'slow', { ms: 0 });
  assert.equal(next.payload, 'new');
  assert.notEqual(next.container, old.container);
  assert.equal((await running).payload, 'old');
});

test('two services with homes of their own live side by side, and one home serves one only', async () => {
  await using first = await startHeddle(await newHome(), '--driver', 'host', ...warm);
  await using second = await startHeddle(await newHome(), '--driver', 'host', ...warm);
  await deploy(first, 'same', `exports.handler = async () => 1;`);
  await deploy(second, 'same', `exports.handler = async () => 2;`);
  assert.equal((await invoke(first, 'same')).payload, 1);
  assert.equal((await invoke(second, 'same')).payload, 2);
  await assert.rejects(startHeddle(first.home, '--driver', 'host'), /Another Heddle service \(process \d+\)/);
  assert.equal((await invoke(first, 'same')).payload, 1, 'the refused one harmed the first');
});

test('a driver that does not work is an error, not another driver', async () => {
  const home = await newHome();
  try {
    await assert.rejects(startHeddle(home, '--driver', 'nonsense'), /must be one of auto, microvm, gvisor, host/);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** The instance in which a second invocation runs: the first is over when its container has counted it. */
async function instanceOfSecond({ home, url }: RunningService): Promise<string> {
  using client = new HeddleClient(findConnection(home, { ...process.env, HEDDLE_URL: url }));
  for (;;) {
    const instances = (await client.snapshot()).list('instances');
    const firstIsOver = instances.some((one) => one.list('containers').some((it) => it.number('invocations') > 0));
    const found = instances.find((one) => one.list('containers').some((it) => it.text('state') === 'running'));
    if (firstIsOver && found !== undefined) return found.text('id');
    await wait(20);
  }
}

/** Waits until the service's metrics show a container in this state. */
async function processSees(url: string, state: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (new RegExp(`heddle_containers\\{state="${state}"\\} [1-9]`).test(text)) return;
    await once(AbortSignal.timeout(20), 'abort');
  }
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { callerCode } from '../../bench/prediction/caller-code.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import type { Shape } from '../../src/sdk/shape.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

// A service and a command line as users start them.

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const drivers = await driversUnderTest();
const driver = drivers.find(({ name, skip }) => name === 'host' && skip === false) ?? drivers[0];
/** Containers end soon, so that what is called has none again. */
const shortLived = ['--container-idle', '200ms', '--surplus-idle', '200ms'] as const;

describe('what functions call, in a service', { skip: driver?.skip ?? 'no driver' }, () => {
  let home: string;
  let service: RunningService;
  let client: HeddleClient;

  const start = async (...flags: readonly string[]): Promise<void> => {
    service = await startHeddle(home, '--driver', driver?.name ?? 'auto', ...littleWarm, ...shortLived, ...flags);
    client = new HeddleClient(findConnection(home, {}));
  };
  before(async () => {
    home = await newHome();
    await start();
    const chain = ['one', 'two', 'three'];
    for (const [at, name] of chain.entries()) await deploy(service, name, callerCode(chain[at + 1], 20));
  });
  after(async () => {
    client[Symbol.dispose]();
    await service[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  const profileOf = (name: string): Promise<Shape> => client.admin('GET', `/functions/${name}/profile`);
  /** The start paths of what was called because of one request. */
  const call = async (name: string): Promise<readonly string[]> => {
    const { functionError, payload } = await invoke(service, name, {});
    assert.equal(functionError, undefined, JSON.stringify(payload));
    assert.ok(Array.isArray(payload));
    return payload.map((started: { path: string }) => started.path);
  };
  /** Until no container of these is there. */
  const cold = async (...names: readonly string[]): Promise<void> => {
    for (;;) {
      const instances = (await client.snapshot()).list('instances');
      const there = instances.flatMap((one) => one.list('containers')).map((one) => one.text('functionName'));
      if (!there.some((name) => names.includes(name))) return;
      await wait(50);
    }
  };

  test('is learned from its calls, shown as a tree, and prepared when its caller begins', async () => {
    for (let n = 0; n < 3; n += 1) {
      const paths = await call('one');
      assert.equal(paths.length, 2);
      if (n === 0)
        assert.ok(
          paths.every((path) => path !== 'reused-container'),
          paths.join(' '),
        );
      await cold('one', 'two', 'three');
    }
    const shown = await profileOf('one');
    const [two] = shown.list('calls');
    assert.ok(two);
    assert.equal(two.text('name'), 'two');
    assert.equal(two.number('share'), 1);
    assert.ok(two.number('delayMs') >= 19, String(two.number('delayMs')));
    assert.ok(two.flag('prepared'));
    assert.deepEqual(
      two.list('calls').map((three) => three.text('name')),
      ['three'],
    );
    assert.deepEqual((await profileOf('three')).list('calls'), []);
    // However busy this machine is: at some time what is called is there before.
    for (;;) {
      const paths = await call('one');
      await cold('one', 'two', 'three');
      if (paths.every((path) => path === 'reused-container')) break;
    }
    const line = (await client.snapshot()).object('prediction');
    assert.equal(line.text('prediction'), 'on');
    assert.ok(line.number('useful') >= 2 && line.number('asked') >= line.number('useful'), JSON.stringify(line));
  });

  test('survives a restart of the service', async () => {
    const before = (await profileOf('one')).number('runs');
    assert.ok(before > 3);
    await service.kill('SIGTERM');
    client[Symbol.dispose]();
    await start();
    const shown = await profileOf('one');
    assert.equal(shown.number('runs'), before);
    assert.equal(shown.list('calls')[0]?.list('calls')[0]?.text('name'), 'three');
    for (;;) {
      const paths = await call('one');
      await cold('one', 'two', 'three');
      if (paths.every((path) => path === 'reused-container')) break;
    }
  });

  test('nobody is taken for a caller by what a request says of itself', async () => {
    await deploy(service, 'lone', callerCode(undefined, 0));
    const runs = (await profileOf('one')).number('runs');
    const parent = 'Root=1-00000000-000000000000000000000000;Parent=0000000000000001;Sampled=1';
    const headers = {
      'x-amzn-trace-id': parent,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const response = await client.send({
      method: 'POST',
      path: '/2015-03-31/functions/lone/invocations',
      headers,
      body: Buffer.from('{}'),
    });
    for await (const _ of response);
    assert.equal((await profileOf('one')).number('runs'), runs);
    for (const name of ['one', 'two', 'three'])
      assert.ok(!(await profileOf(name)).list('calls').some((edge) => edge.text('name') === 'lone'));
  });

  test('is turned off and on for a function and for the account, and forgotten', async () => {
    const heddle = (...args: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'profile', ...args, '--home', home], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return stdout;
    };
    assert.match(heddle('one'), /^one {2}\d+ runs count\n└─ ✓ two +100 % of runs, after .*\n {3}└─ ✓ three/);
    heddle('one', '--off');
    assert.match(heddle('one'), /off: it is off for the function\n└─ calls nobody/);
    const asked = (await client.snapshot()).object('prediction').number('asked');
    await call('one');
    await call('one');
    assert.equal((await profileOf('one')).number('runs'), 0);
    assert.equal((await profileOf('two')).number('runs') > 0, true, 'others are counted still');
    heddle('one', '--on');
    await call('one');
    assert.equal((await profileOf('one')).number('runs'), 1);
    heddle('--off');
    assert.equal((await client.snapshot()).object('prediction').text('prediction'), 'off');
    await call('two');
    assert.equal((await profileOf('two')).number('runs'), 0);
    heddle('--on');
    await call('two');
    heddle('two', '--forget');
    const shown: { runs: number; calls: readonly unknown[] } = JSON.parse(heddle('two', '--json'));
    assert.deepEqual([shown.runs, shown.calls.length], [0, 0]);
    assert.ok((await client.snapshot()).object('prediction').number('asked') >= asked);
  });

  test('of a function that is removed nothing is known, nor of a new one of its name', async () => {
    await deploy(service, 'gone', callerCode('lone', 0));
    await call('gone');
    assert.equal((await profileOf('gone')).list('calls').length, 1);
    await service.client.send(new DeleteFunctionCommand({ FunctionName: 'gone' }));
    await assert.rejects(profileOf('gone'), /Function not found|404/);
    await deploy(service, 'gone', callerCode('lone', 0));
    assert.equal((await profileOf('gone')).number('runs'), 0);
  });

  test('is off where the service is told so', async () => {
    await service.kill('SIGTERM');
    client[Symbol.dispose]();
    await start('--prediction', 'off');
    await call('one');
    const shown = await profileOf('one');
    assert.equal(shown.text('prediction'), 'off');
    assert.match(shown.text('why'), /--prediction off/);
    assert.equal((await client.snapshot()).object('prediction').number('asked'), 0);
  });
});

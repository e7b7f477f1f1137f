import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import type { Shape } from '../../src/sdk/shape.ts';
import { signedHeaders } from '../../src/frontend/testing/signed-headers.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { work } from '../threads/harness.ts';
import { shutdown } from '../../src/index.ts';

/** Its module takes its time, and says in which process it was loaded; a call may take some, too. */
const code = `
const until = Date.now() + 200;
while (Date.now() < until);
exports.handler = async ({ ms = 0 } = {}) => { await new Promise((r) => setTimeout(r, ms)); return process.uptime(); };`;

for (const { name, skip } of await driversUnderTest({ usual: 'host' })) {
  // In an emulated machine it is the same, only slowly.
  if (name === 'microvm') continue;
  describe(`what was hinted at is prepared, driver ${name}`, { skip }, () => {
    let service: RunningService;
    let client: HeddleClient;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', name, '--warm', 'nodejs24.x-256=1', '--memory', '8G');
      client = new HeddleClient(findConnection(service.home, {}));
    });
    after(async () => {
      client[Symbol.dispose]();
      await service[Symbol.asyncDispose]();
    });

    /** What was prepared of a function for a reason; polled, as nobody is told. */
    async function prepared(fn: string, when: (seen: Shape) => boolean, reason = 'hint'): Promise<Shape> {
      for (;;) {
        const all = (await client.snapshot()).list('preparations');
        const seen = all.find((one) => one.text('functionName') === fn && one.text('reason') === reason);
        if (seen !== undefined && when(seen)) return seen;
        assert.equal(seen?.object('refused').number('failed') ?? 0, 0, 'It could not be loaded.');
        await wait(50);
      }
    }

    async function containersOf(fn: string): Promise<number> {
      const instances = (await client.snapshot()).list('instances');
      const all = instances.flatMap((instance) => instance.list('containers'));
      return all.filter((one) => one.text('functionName') === fn).length;
    }

    test('the first calls after a hint find containers that have loaded their module', async () => {
      await deploy(service, 'first', code);
      const answer = await client.admin('POST', '/hints', { body: { function: 'first', count: 2, withinMs: 120_000 } });
      assert.equal(answer.number('taken'), 2);
      await prepared('first', (seen) => seen.number('ready') === 2);
      const calls = await Promise.all([invoke(service, 'first', { ms: 500 }), invoke(service, 'first', { ms: 500 })]);
      assert.deepEqual(
        calls.map(({ path }) => path),
        ['reused-container', 'reused-container'],
      );
      assert.ok((await prepared('first', (seen) => seen.number('expected') === 0)).number('used') >= 1);
    });

    test('when nothing comes, nothing is left', async () => {
      await deploy(service, 'never', code);
      await client.admin('POST', '/hints', { body: { function: 'never', count: 2, withinMs: 8_000 } });
      await prepared('never', (seen) => seen.number('ready') > 0);
      const seen = await prepared('never', (one) => one.number('expected') === 0 && one.number('ready') === 0);
      assert.deepEqual([seen.number('used'), seen.number('wasted')], [0, seen.number('prepared')]);
      while ((await containersOf('never')) > 0) await wait(50);
    });

    test('an invocation says what follows, and that is prepared while it runs', async () => {
      await deploy(service, 'leads', code);
      await deploy(service, 'follows', code);
      const path = '/2015-03-31/functions/leads/invocations';
      const { accessKeyId, secretAccessKey } = findConnection(service.home, {});
      const signer = { url: service.url, region: service.region, key: { accessKeyId, secretAccessKey } };
      const headers = { ...(await signedHeaders(signer, 'POST', path, '{}')), 'heddle-expect': 'follows;within=2m' };
      const answer = await fetch(`${service.url}${path}`, { method: 'POST', headers, body: '{}' });
      assert.equal(answer.headers.get('heddle-expected'), 'follows=1;ready=0');
      await prepared('follows', (seen) => seen.number('ready') === 1);
      assert.equal((await invoke(service, 'follows', {})).path, 'reused-container');
    });

    test('threads that are expected find their module loaded', async () => {
      process.env['HEDDLE_HOME'] = service.home;
      process.env['HEDDLE_URL'] = service.url;
      try {
        const { taken, refused } = await work().add.expect(1, { withinMs: 120_000 });
        assert.deepEqual([taken, refused], [1, []]);
        const names = (await client.snapshot()).list('preparations').map((one) => one.text('functionName'));
        const name = names.find((one) => one.startsWith('thread-')) ?? assert.fail();
        await prepared(name, (seen) => seen.number('ready') === 1);
        const thread = work().add.spawn(1, 2);
        assert.equal(await thread.join(), 3);
        assert.equal((await prepared(name, (seen) => seen.number('expected') === 0)).number('used'), 1);
      } finally {
        await shutdown();
        delete process.env['HEDDLE_URL'];
        delete process.env['HEDDLE_HOME'];
      }
    });
  });
}

test('what follows a notification is prepared at the next ones, also after a restart', async () => {
  const home = await newHome();
  const flags = ['--driver', 'host', '--warm', 'nodejs24.x-256=1'] as const;
  const first = await startHeddle(home, ...flags);
  const notify = async (): Promise<Shape> => {
    using client = new HeddleClient(findConnection(home, {}));
    return await client.admin('POST', '/triggers/deploy-started');
  };
  try {
    await deploy(first, 'smoke', code);
    for (let n = 0; n < 2; n += 1) {
      assert.deepEqual((await notify()).list('expected'), []);
      await invoke(first, 'smoke', {});
      // Those within a second are one.
      await wait(1_100);
    }
    assert.equal((await notify()).list('expected').length, 1);
  } finally {
    await first.kill('SIGTERM');
  }
  await using second = await startHeddle(home, ...flags);
  const [due] = (await notify()).list('expected');
  assert.deepEqual([due?.text('function'), due?.number('taken')], ['smoke', 1]);
  assert.equal((await invoke(second, 'smoke', {})).functionError, undefined);
});

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli, type CliRun } from '../../src/cli/testing.ts';
import { processesMarked } from '../../src/instance/processes/processes.ts';
import { mountsBelow } from '../../src/instance/processes/sweep.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { secondAccount } from '../lambda/accounts.ts';
import type { Shape } from '../../src/sdk/shape.ts';
import type { AccessKey } from '../../src/store/contract.ts';
import { driversUnderTest } from './drivers.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from './service.ts';

const code = `let calls = 0;
exports.handler = async ({ ms = 0 }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { calls: ++calls, fork: process.env.HEDDLE_FORK_INDEX ?? '0' };
};`;
const flags = ['--warm', 'nodejs24.x-256=1..1', '--queue-wait', '60s'] as const;

for (const { name, skip } of await driversUnderTest({ emulated: true }))
  describe(`pausing, resuming and forking by command, driver ${name}`, { skip, timeout: 900_000 }, () => {
    let home: string;
    let service: RunningService;
    let strangersKey: AccessKey;
    const heddle = (...args: string[]): Promise<CliRun> =>
      runCli(service.home, args, '', undefined, { HEDDLE_URL: service.url });
    /** Where a container is just being made in it, that has to be there first. */
    const pause = async (...args: string[]): Promise<CliRun> => {
      for (;;) {
        const run = await heddle('pause', ...args);
        if (run.code === 0) return run;
        assert.match(run.stderr, /try again/);
      }
    };
    before(async () => {
      home = await newHome();
      strangersKey = await secondAccount(home);
      service = await startHeddle(home, '--driver', name, ...flags);
      await deploy(service, 'counts', code, { Timeout: 60 });
    });
    after(() => service?.[Symbol.asyncDispose]());

    if (name === 'host') {
      test('is refused, with the reason', async () => {
        const { container } = await invoke(service, 'counts');
        for (const command of ['pause', 'resume', 'fork']) {
          const { code: exit, stderr } = await heddle(command, container);
          assert.equal(exit, 4);
          assert.match(stderr, /cannot|not paused/);
        }
        assert.equal((await invoke(service, 'counts')).container, container);
      });
      return;
    }

    test('a call stands still by command, is shown so, and goes on; two that resume it at once do not harm it', async () => {
      const { container, instance } = await invoke(service, 'counts');
      const working = invoke(service, 'counts', { ms: 1_000 });
      await stateOf(service, container, 'running');
      const paused = await pause(container, '--json');
      const { to, bytes, instanceId }: Record<string, unknown> = JSON.parse(paused.stdout);
      assert.deepEqual([instanceId, to], [instance, name === 'microvm' ? 'disk' : 'memory']);
      const line = await instanceOf(service, instance);
      assert.equal(line?.text('state'), 'paused');
      assert.deepEqual([line?.object('paused').text('to'), line?.object('paused').number('bytes')], [to, bytes]);
      assert.ok((line?.object('paused').number('leftMs') ?? 0) > 0);
      assert.match((await heddle('ps')).stdout, new RegExp(`${instance}.*paused`));
      assert.match((await heddle('pause', instance)).stderr, /is paused already/);
      const resumed = await Promise.all([
        heddle('resume', instance),
        heddle('resume', instance),
        heddle('resume', instance),
      ]);
      assert.equal(resumed.filter(({ code: exit }) => exit === 0).length, 1, JSON.stringify(resumed));
      const answer = await working;
      assert.deepEqual([answer.payload, answer.instance], [{ calls: 2, fork: '0' }, instance]);
      assert.match((await heddle('resume', instance)).stderr, /is not paused/);
    });

    test('what is another account’s, or is not there, cannot be moved', async () => {
      const { container, instance } = await invoke(service, 'counts');
      const { accessKeyId, secretAccessKey } = strangersKey;
      const key = { HEDDLE_ACCESS_KEY_ID: accessKeyId, HEDDLE_SECRET_ACCESS_KEY: secretAccessKey };
      const theirs = { HEDDLE_URL: service.url, ...key };
      for (const [command, target] of [
        ['pause', instance],
        ['pause', container],
        ['fork', container],
        ['resume', instance],
      ] as const) {
        const { code: exit, stderr } = await runCli(service.home, [command, target], '', undefined, theirs);
        assert.equal(exit, 4);
        assert.match(stderr, /There is no instance or container/);
      }
      assert.match((await heddle('pause', 'i-nothing')).stderr, /There is no instance or container i-nothing/);
      assert.notEqual((await heddle('fork', container, '--count', '65')).code, 0);
    });

    test('an idle container is forked by command where that can be, and calls find its forks', async () => {
      const { container } = await invoke(service, 'counts');
      await stateOf(service, container, 'idle');
      const forked = await heddle('fork', container, '--count', '2', '--json');
      if (name !== 'microvm') {
        assert.equal(forked.code, 4);
        assert.match(forked.stderr, /cannot fork instances/);
        return;
      }
      assert.equal(forked.code, 0, forked.stderr);
      const made: { readonly forks: readonly { readonly containerId: string }[] } = JSON.parse(forked.stdout);
      const answers = await Promise.all([1, 2, 3].map(() => invoke(service, 'counts', { ms: 3_000 })));
      const own = new Set([container, ...made.forks.map(({ containerId }) => containerId)]);
      assert.deepEqual(new Set(answers.map((answer) => answer.container)), own);
      assert.deepEqual(answers.map(({ payload }) => Object(payload).fork).toSorted(), ['0', '1', '2']);
    });

    test('after a kill -9 nothing is left of what was paused, and the next service has none', async () => {
      const { instance } = await invoke(service, 'counts');
      await pause(instance);
      const folder = join(home, 'run', 'paused');
      if (name === 'microvm') assert.deepEqual((await readdir(folder)).length, 1);
      const before = await processesOf(home);
      await service.kill('SIGKILL');
      service = await startHeddle(home, '--driver', name, ...flags);
      const now = await processesOf(home);
      assert.deepEqual(
        before.filter((pid) => now.includes(pid)),
        [],
        'processes of the killed service',
      );
      assert.deepEqual(await readdir(folder).catch(() => []), []);
      assert.equal(await instanceOf(service, instance), undefined);
      assert.match((await heddle('resume', instance)).stderr, /There is no instance/);
      const again = await invoke(service, 'counts');
      await pause(again.instance);
      await service.kill('SIGTERM');
      assert.deepEqual(await processesOf(home), []);
      assert.deepEqual(await mountsBelow(home), []);
      assert.deepEqual(await readdir(folder).catch(() => []), []);
    });
  });

/** With the time at which each began, as ids are used again. */
async function processesOf(home: string): Promise<readonly string[]> {
  const marked = await processesMarked({ HEDDLE_HOME: home });
  const own = marked.filter(({ environment }) => environment.has('HEDDLE_INSTANCE'));
  const stats = await Promise.all(own.map(({ pid }) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)));
  return stats.flatMap((stat, index) => {
    if (stat === undefined) return [];
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [`${own[index]?.pid} since ${fields[19]}`];
  });
}

async function instancesOf({ home, url }: RunningService): Promise<readonly Shape[]> {
  using client = new HeddleClient(findConnection(home, { ...process.env, HEDDLE_URL: url }));
  return (await client.snapshot()).list('instances');
}

async function instanceOf(service: RunningService, id: string): Promise<Shape | undefined> {
  return (await instancesOf(service)).find((one) => one.text('id') === id);
}

/** Resolves when a container is in this state. */
async function stateOf(service: RunningService, container: string, state: string): Promise<void> {
  for (;;) {
    const containers = (await instancesOf(service)).flatMap((one) => one.list('containers'));
    if (containers.some((one) => one.text('id') === container && one.text('state') === state)) return;
  }
}

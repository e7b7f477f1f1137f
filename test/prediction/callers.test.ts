import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { invoke, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

// Whatever way code has others run, it is known whose call it was.

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const drivers = await driversUnderTest();
const driver = drivers.find(({ name, skip }) => name === 'host' && skip === false) ?? drivers[0];

describe('callers', { skip: driver?.skip ?? 'no driver' }, () => {
  let home: string;
  let service: RunningService;
  let client: HeddleClient;
  const heddle = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args, '--home', home], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  before(async () => {
    home = await newHome();
    const soon = ['--container-idle', '200ms', '--surplus-idle', '200ms'];
    service = await startHeddle(home, '--driver', driver?.name ?? 'auto', ...littleWarm, ...soon);
    client = new HeddleClient(findConnection(home, {}));
    const path = join(home, 'target.js');
    await writeFile(path, 'export const handler = async () => [];');
    heddle('deploy', path, '--timeout', '30', '--url', 'none');
  });
  after(async () => {
    client[Symbol.dispose]();
    await service[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  test('are known by calls, events, messages, URLs and threads', async () => {
    const path = join(home, 'everything.ts');
    await copyFile(join(import.meta.dirname, 'fixtures', 'everything.ts'), path);
    heddle('queue', 'create', 'jobs');
    heddle('source', 'add', 'jobs', 'target');
    heddle('deploy', path, '--timeout', '30');
    const { hostname } = new URL(heddle('url', 'target').trim());
    // By its path, as code in a container finds the service by one name only.
    const url = `http://heddle.internal/heddle/url/${hostname.split('.')[0]}/`;
    const { functionError, payload } = await invoke(service, 'everything', { url });
    assert.equal(functionError, undefined, JSON.stringify(payload));
    assert.deepEqual(payload, ['[]', 42]);
    const calls = (await client.admin('GET', '/functions/everything/profile')).list('calls');
    const target = calls.find((edge) => edge.text('name') === 'target');
    assert.deepEqual(target?.texts('kinds').toSorted(), ['call', 'event', 'message']);
    assert.equal(target?.number('perRun'), 4);
    const thread = calls.find((edge) => edge.text('name').startsWith('thread-'));
    assert.deepEqual(thread?.texts('kinds'), ['thread']);
    assert.equal(calls.length, 2);
  });

  test("a trace goes on in W3C's words as in X-Ray's", async () => {
    const path = join(home, 'traced.js');
    await writeFile(path, 'export const handler = async () => process.env._X_AMZN_TRACE_ID;');
    heddle('deploy', path, '--timeout', '30');
    const response = await client.send({
      method: 'POST',
      path: '/2015-03-31/functions/traced/invocations',
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    const [said] = await Array.fromAsync(response, String);
    assert.match(said ?? '', /^"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=[0-9a-f]{16};Sampled=1;/);
  });

  test('what a schedule will have run is prepared before', async () => {
    const used = async (): Promise<number> => {
      const all = (await client.snapshot()).list('preparations');
      const own = all.find((one) => one.text('functionName') === 'target' && one.text('reason') === 'profile');
      return own?.number('used') ?? 0;
    };
    // However busy this machine is: one of them is in time.
    for (let round = 0; (await used()) === 0; round += 1) {
      const at = new Date(Date.now() + 6_000).toISOString().slice(0, 19);
      heddle('schedule', 'set', `soon-${round}`, 'target', '--at', at);
      for (const until = Date.now() + 9_000; Date.now() < until && (await used()) === 0;) await wait(100);
    }
  });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CliRun, runCli, startTestService, type TestService } from '../../../testing.ts';

let service: TestService;
let folder: string;
before(async () => {
  service = await startTestService();
  folder = await mkdtemp(join(tmpdir(), 'heddle-source-'));
  await writeFile(join(folder, 'pay.mjs'), 'export const handler = () => null;');
});
after(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);

test('a queue gets a function, which is looked at, stopped and removed', async () => {
  assert.match((await heddle('source', 'ls')).stderr, /No function has an event source yet/);
  await heddle('queue', 'create', 'orders', '--visibility', '1m');
  assert.match((await heddle('source', 'add', 'orders', 'pay')).stderr, /There is no function "pay"/);
  const deployed = await heddle('deploy', join(folder, 'pay.mjs'));
  assert.equal(deployed.code, 0, deployed.stderr);
  const added = await heddle('source', 'add', 'orders', 'pay', '--batch', '4', '--filter', '{"body":{"n":[1]}}');
  const [, uuid = ''] = /What comes in orders goes to pay: ([0-9a-f-]{36})/.exec(added.stderr) ?? [];
  assert.notEqual(uuid, '', added.stderr);
  await heddle('queue', 'send', 'orders', '{"n":1}');
  await heddle('queue', 'send', 'orders', '{"n":2}');
  for (let shown = ''; !/orders +pay +enabled +0 +1 +1 +0 +0 +[0-9a-f-]{36} +OK/.test(shown); await wait(20))
    shown = (await heddle('source', 'ls')).stdout;
  assert.match((await heddle('source', 'show', uuid.slice(0, 8))).stdout, /"BatchSize": 4/);
  assert.match((await heddle('source', 'disable', uuid)).stderr, /Disabled arn:aws:sqs:.*:orders for pay\./);
  const { sources }: { readonly sources: readonly { readonly enabled: boolean; readonly done: number }[] } = JSON.parse(
    (await heddle('ps', '--json')).stdout,
  );
  assert.deepEqual([sources[0]?.enabled, sources[0]?.done], [false, 1]);
  assert.match(await (await fetch(new URL('/metrics', service.url))).text(), /records_total\{what="done"\} 1\n/);
  await heddle('queue', 'create', 'more', '--visibility', '1m');
  await heddle('source', 'add', 'more', 'pay');
  const both = await heddle('source', 'rm', 'pay');
  assert.match(both.stderr, /2 event source mappings are, or begin with, pay\.[^]*\(orders to pay\)/);
  assert.match((await heddle('source', 'rm', 'more')).stderr, /Removed/);
  assert.match((await heddle('source', 'rm', 'orders')).stderr, /Removed/);
  assert.match((await heddle('source', 'rm', uuid)).stderr, /There is no event source mapping/);
});

test('what cannot be is refused in words', async () => {
  const unknown = await heddle('source', 'add', 'jobs/ORDERS', 'pay');
  assert.match(unknown.stderr, /should be arn:aws:heddle-source:::NAME\/WHAT, with a NAME that "sources"/);
  await heddle('queue', 'create', 'short', '--visibility', '1s');
  assert.match(
    (await heddle('source', 'add', 'short', 'pay')).stderr,
    /visibility timeout: 1 seconds is less .*\n.*must stay hidden/i,
  );
  assert.match((await heddle('source', 'add', 'orders', 'pay', '--group', 'g')).stderr, /is for topics of Kafka/);
  assert.equal((await heddle('source', 'add', 'orders', 'pay', '--from', 'later')).code, 2);
});

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  TagResourceCommand,
} from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Capacity } from '../../model/functions/function.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend } from '../testing/test-frontend.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

const instance = { configuration: 'nodejs24.x*2-10240', ageMs: 1, idleMs: 1, containers: [] };

describe('what the service says of itself', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    const ZipFile = await zipOf({ 'index.mjs': '' });
    const settings = { Runtime: 'nodejs22.x' as const, Handler: 'index.handler', Role: undefined, Code: { ZipFile } };
    for (const FunctionName of ['talks', 'warm-up'])
      await client.send(new CreateFunctionCommand({ FunctionName, ...settings }));
  });
  after(() => service[Symbol.asyncDispose]());

  async function get(path: string): Promise<Response> {
    return await fetch(service.url + path, { headers: await signedHeaders(service, 'GET', path) });
  }

  function say(text: string, startMs = 1): Promise<unknown> {
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log: text, startMs });
    return client.send(new InvokeCommand({ FunctionName: 'talks' }));
  }

  test('nothing of it is said to strangers', async () => {
    for (const path of ['snapshot', 'status', 'functions/talks/logs', 'functions/talks/readiness'])
      assert.equal((await fetch(`${service.url}/heddle/v1/${path}`)).status, 403);
  });

  test('an account sees the warming pool and its own instances only', async () => {
    const { account } = service.key;
    service.workerManager.state = {
      warming: [{ configuration: 'nodejs24.x', ready: 2, starting: 1, target: 3, blanks: 4, blanksWanted: 2 }],
      instances: [
        { ...instance, id: 'i-warm', state: 'warm' },
        { ...instance, id: 'i-mine', state: 'allocated', account },
        { ...instance, id: 'i-other', state: 'allocated', account: '000000000000' },
      ],
      queue: { length: 0, max: 5 },
      preparations: [],
    };
    const seen = await (await get('/heddle/v1/snapshot')).text();
    assert.match(seen, /i-warm/);
    assert.match(seen, /i-mine/);
    assert.doesNotMatch(seen, /i-other|000000000000/);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /^heddle_warming_instances\{configuration="nodejs24.x",state="ready"\} 2$/m);
    assert.match(metrics, /^heddle_instances\{state="allocated"\} 2$/m);
  });

  test('it says what the first call of a function would find, and of which runtime and memory it is', async () => {
    const readiness = async (): Promise<unknown> => (await get('/heddle/v1/functions/talks/readiness')).json();
    const ready = { ready: true, path: 'warm-instance', blanks: 2, making: 0 } as const;
    service.workerManager.ready = ready;
    assert.deepEqual(await readiness(), ready);
    const configurations = async (): Promise<unknown> =>
      Object(await (await get('/heddle/v1/snapshot')).json()).configurations;
    const common = { runtime: 'nodejs22.x', memoryMb: 128, because: ['talks', 'warm-up'] };
    assert.deepEqual(await configurations(), [{ ...common, path: 'warm-instance', ready: 2, making: 0 }]);
    const waits = { ready: false, why: 'no container is ready yet', blanks: 0, making: 1 } as const;
    service.workerManager.ready = waits;
    assert.deepEqual(await readiness(), waits);
    assert.deepEqual(await configurations(), [{ ...common, why: 'no container is ready yet', ready: 0, making: 1 }]);
    assert.equal((await get('/heddle/v1/functions/none/readiness')).status, 404);
  });

  test('what functions have of their own is in it, and what the account may have at once', async () => {
    const capacity = async (): Promise<unknown> => {
      const { capacity: all, concurrency } = Object(await (await get('/heddle/v1/snapshot')).json());
      return [all, concurrency];
    };
    assert.deepEqual(await capacity(), [[], { max: 1_000, unreserved: 1_000 }]);
    const FunctionName = 'talks';
    const Resource = `arn:aws:lambda:${service.region}:${service.key.account}:function:${FunctionName}`;
    const Tags = { 'heddle:capacity': 'variable', 'heddle:capacity-ceiling': '3' };
    await client.send(new TagResourceCommand({ Resource, Tags }));
    await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 7 }));
    await client.send(new PublishVersionCommand({ FunctionName }));
    await client.send(
      new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: '1', ProvisionedConcurrentExecutions: 2 }),
    );
    service.workerManager.provisionedState = { requested: 2, available: 1, status: 'FAILED', why: 'There is no room.' };
    const failed = { ready: 1, status: 'FAILED', why: 'There is no room.' };
    assert.deepEqual(await capacity(), [
      [
        { name: 'talks', kind: 'variable', calls: 3 },
        { name: 'talks', kind: 'reserved', calls: 7 },
        { name: 'talks:1', kind: 'provisioned', calls: 2, ...failed },
      ],
      { max: 1_000, unreserved: 993 },
    ]);
  });

  test('and what the account has of its own', async () => {
    const capacityByAccount: Record<string, Capacity> = {};
    const settings = { host: '127.0.0.1', region: 'eu-west-1', memoryMb: 8_192, unreservedConcurrency: 100 };
    await using bounded = await startTestFrontend({ settings: { ...settings, capacityByAccount } });
    capacityByAccount[bounded.key.account] = { kind: 'variable', ceiling: 2 };
    const path = '/heddle/v1/snapshot';
    const answer = await fetch(bounded.url + path, { headers: await signedHeaders(bounded, 'GET', path) });
    assert.deepEqual(Object(await answer.json()).capacity, [{ name: '(account)', kind: 'variable', calls: 2 }]);
  });

  test('the status has the newest start times by path, and so have the metrics', async () => {
    for (let startMs = 1; startMs <= 100; startMs++) await say('', startMs);
    const status: unknown = await (await get('/heddle/v1/status')).json();
    const { starts, functions } = Object(status);
    assert.equal(functions, 2);
    const reused = Array.from<{ path?: string }>(starts).find(({ path }) => path === 'reused-container');
    assert.deepEqual(reused, { path: 'reused-container', count: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(
      metrics,
      /^heddle_start_seconds_bucket\{le="0.05",path="reused-container",driver="fake",runtime="nodejs22.x",memory_mb="128"\} 50$/m,
    );
  });

  test('logs are read back, the newest so many, and since a time', async () => {
    await say('first\n');
    const since = Date.now() + 1;
    while (Date.now() < since) await setImmediate();
    await say('second\n');
    await say('third\n');
    const lines = async (query: string): Promise<readonly string[]> =>
      (await (await get(`/heddle/v1/functions/talks/logs?${query}`)).text())
        .trim()
        .split('\n')
        .map((line) => String(Object(JSON.parse(line)).text));
    assert.deepEqual(await lines('limit=2'), ['second\n', 'third\n']);
    assert.deepEqual(await lines(`since=${since}&limit=100`), ['second\n', 'third\n']);
    assert.equal((await get('/heddle/v1/functions/talks/logs?limit=0')).status, 400);
    assert.equal((await get('/heddle/v1/functions/none/logs')).status, 404);
  });

  test('logs are followed line by line while the function runs', async () => {
    await say('before\n');
    const { body } = await get('/heddle/v1/functions/talks/logs?follow=1&limit=1');
    assert(body !== null);
    const lines = createInterface({ input: Readable.fromWeb(body) });
    const seen: string[] = [];
    for await (const line of lines) {
      seen.push(String(Object(JSON.parse(line)).text));
      if (seen.length === 1) await say('after\n');
      else break;
    }
    assert.deepEqual(seen, ['before\n', 'after\n']);
  });

  test('who follows logs does not keep the service from stopping, and is told that this is the end', async () => {
    const stopping = await startTestFrontend();
    const ZipFile = await zipOf({ 'index.mjs': '' });
    await stopping.client().send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Runtime: 'nodejs22.x',
        Handler: 'i.h',
        Role: undefined,
        Code: { ZipFile },
      }),
    );
    const path = '/heddle/v1/functions/f/logs?follow=1';
    const answer = await fetch(stopping.url + path, { headers: await signedHeaders(stopping, 'GET', path) });
    await stopping[Symbol.asyncDispose]();
    assert.equal(await answer.text(), '');
  });
});

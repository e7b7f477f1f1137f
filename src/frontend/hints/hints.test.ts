import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CreateFunctionCommand, waitUntilFunctionActiveV2, type LambdaClient } from '@aws-sdk/client-lambda';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

describe('what calls will come is said', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' });
    const Role = 'arn:aws:iam::123456789012:role/any';
    for (const FunctionName of ['a', 'b']) {
      const base = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code: { ZipFile } } as const;
      await client.send(new CreateFunctionCommand({ FunctionName, ...base }));
      await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName });
    }
  });
  after(() => service[Symbol.asyncDispose]());
  beforeEach(() => {
    service.workerManager.expectations.length = 0;
    service.workerManager.preparation = undefined;
  });

  async function post(path: string, body: string, more: Record<string, string> = {}): Promise<Response> {
    const headers = { ...(await signedHeaders(service, 'POST', path, body)), ...more };
    return await fetch(`${service.url}${path}`, { method: 'POST', headers, body });
  }

  const invokePath = '/2015-03-31/functions/a/invocations';
  const expected = (): unknown =>
    service.workerManager.expectations.map(({ function: fn, count, withinMs, reason }) => [
      fn.name,
      count,
      withinMs,
      reason,
    ]);

  test('by a request, whose answer says what is prepared and what not, and why', async () => {
    const refused = [{ count: 45, why: 'memory', message: '640 MB can be spared now.' }] as const;
    service.workerManager.preparation = { taken: 5, ready: 2, refused };
    const answer = await post('/heddle/v1/hints', '{"function":"b","count":50,"withinMs":5000}');
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { function: 'b', count: 50, withinMs: 5_000, taken: 5, ready: 2, refused });
    assert.deepEqual(expected(), [['b', 50, 5_000, 'hint']]);
  });

  test('by nobody who did not sign, of no function of another account, and within its limits', async () => {
    assert.equal((await fetch(`${service.url}/heddle/v1/hints`, { method: 'POST', body: '{}' })).status, 403);
    const status = async (body: string): Promise<number> => (await post('/heddle/v1/hints', body)).status;
    const other = 'arn:aws:lambda:eu-west-1:999999999999:function:b';
    assert.equal(await status(JSON.stringify({ function: other })), 403);
    assert.equal(await status('{"function":"nobody"}'), 404);
    for (const body of [
      '{}',
      '{"function":"b","count":0}',
      '{"function":"b","withinMs":1}',
      '{"function":"b","count":"3"}',
    ])
      assert.equal(await status(body), 400, body);
    assert.deepEqual(expected(), []);
  });

  test('by a header of an invocation, whose answer has one, too', async () => {
    const answer = await post(invokePath, '{}', { 'heddle-expect': 'b=3;within=10s, nobody' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('heddle-expected'), 'b=3;ready=0, nobody=0;ready=0;refused=1;why=no-function');
    assert.deepEqual(expected(), [['b', 3, 10_000, 'hint']]);
    assert.equal((await post(invokePath, '{}')).headers.get('heddle-expected'), null);
  });

  test('a header that says nothing clearly is refused before anything runs', async () => {
    const before = service.workerManager.invocations.length;
    for (const said of ['b=x', 'b;within=10', '', 'b=0', 'b;within=1h', `b,${'b,'.repeat(20)}b`]) {
      const answer = await post(invokePath, '{}', { 'heddle-expect': said });
      assert.equal(answer.status, 400, said);
    }
    assert.equal(service.workerManager.invocations.length, before);
  });

  test('a notification prepares what followed those before it, and its snapshot says so', async () => {
    const notify = async (): Promise<Record<string, unknown>> =>
      (await (await post('/heddle/v1/triggers/released', '')).json()) as Record<string, unknown>;
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload);
    for (let n = 0; n < 3; n += 1) {
      const { notified, expected: due } = await notify();
      assert.deepEqual([notified, due], [n + 1, []]);
    }
    const path = '/heddle/v1/snapshot';
    const headers = await signedHeaders(service, 'GET', path);
    const shown = Object(await (await fetch(`${service.url}${path}`, { headers })).json());
    assert.equal(shown.triggers.length, 1);
    assert.equal(shown.triggers[0].notified, 3);
    assert.deepEqual(shown.preparations, []);
  });
});

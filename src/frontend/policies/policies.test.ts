import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaServiceException,
  TagResourceCommand,
  waitUntilFunctionActiveV2,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import { HeddleClient } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

let service: TestFrontend;
let admin: HeddleClient;

beforeEach(async () => {
  service = await startTestFrontend();
  const { url, region, key } = service;
  const { accessKeyId, secretAccessKey } = key;
  admin = new HeddleClient({ url, region, accessKeyId, secretAccessKey, credentialsFile: '' });
});
afterEach(async () => {
  admin[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

async function deploy(more: Partial<CreateFunctionCommandInput> = {}): Promise<string> {
  const client = service.client();
  const FunctionName = more.FunctionName ?? 'f';
  const { FunctionArn = '' } = await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      MemorySize: 512,
      Timeout: 60,
      Environment: { Variables: { STAGE: 'dev', TOKEN: 'secret' } },
      Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
      ...more,
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName });
  return FunctionArn;
}

async function set(name: string, policy: object): Promise<void> {
  await admin.admin('PUT', `/policies/${name}`, { body: { policy } });
}

/** Invokes it, and gives what the worker manager was told to run. */
async function ran(
  policy?: string,
  InvocationType: 'Event' | 'RequestResponse' = 'RequestResponse',
): Promise<FunctionVersion> {
  const command = new InvokeCommand({ FunctionName: 'f', InvocationType });
  if (policy !== undefined)
    command.middlewareStack.add(
      (next) => (args) => {
        Object.assign(Object(Object(args.request).headers), { 'x-heddle-policy': policy });
        return next(args);
      },
      { step: 'build' },
    );
  const came = Promise.withResolvers<FunctionVersion>();
  const usual = service.workerManager.behaviour;
  service.workerManager.behaviour = async (invocation, signal) => {
    came.resolve(invocation.function);
    return await usual(invocation, signal);
  };
  await service.client().send(command);
  return await came.promise;
}

const refused =
  (message: RegExp) =>
  (error: unknown): true => {
    assert.ok(error instanceof LambdaServiceException || error instanceof ServiceError, String(error));
    assert.match(error.message, message);
    return true;
  };

describe('a policy', () => {
  test('bounds the functions that name it by a tag, and whatever else there is stays theirs', async () => {
    await set('small', { memoryMb: 256, timeoutMs: 5_000, env: ['STAGE'], egress: 'api.example.org:443', apart: true });
    await deploy({ Tags: { 'heddle:policy': 'small', 'heddle:egress': 'public' } });
    const fn = await ran();
    const { memoryMb, timeoutMs, environment, egress, egressWithin, apart } = fn;
    assert.deepEqual([memoryMb, timeoutMs, environment, apart], [256, 5_000, { STAGE: 'dev' }, true]);
    assert.deepEqual([egress, egressWithin], ['public', ['api.example.org:443']]);
    assert.match(fn.revisionId, /^[0-9a-f-]{36}\+[0-9a-f]{32}$/);
  });

  test('that says more than a function has gives it nothing', async () => {
    await set('wide', { memoryMb: 10_240, timeoutMs: 900_000, env: ['*'], egress: 'all' });
    await deploy({ Tags: { 'heddle:policy': 'wide' } });
    const { memoryMb, timeoutMs, environment, egress, egressWithin } = await ran();
    assert.deepEqual([memoryMb, timeoutMs, environment], [512, 60_000, { STAGE: 'dev', TOKEN: 'secret' }]);
    // What the service allows where a function says nothing still holds.
    assert.deepEqual([egress, egressWithin], [undefined, ['all']]);
  });

  test('counts as it is now, in containers of its own', async () => {
    await set('one', { memoryMb: 256 });
    await deploy({ Tags: { 'heddle:policy': 'one' } });
    const before = await ran();
    await set('one', { memoryMb: 128 });
    const after = await ran();
    assert.deepEqual([before.memoryMb, after.memoryMb], [256, 128]);
    assert.notEqual(before.revisionId, after.revisionId);
    assert.equal(service.workerManager.retired.at(-1)?.keepRevisionId, after.revisionId);
    assert.equal((await ran()).revisionId, after.revisionId);
  });

  test('that nobody needs costs functions nothing: they run as they are', async () => {
    await set('other', { memoryMb: 128 });
    await deploy();
    const fn = await ran();
    assert.deepEqual([fn.policy, fn.revisionId.includes('+')], [undefined, false]);
  });

  test('cannot be removed while something is bound by it, and goes when nothing is', async () => {
    await set('held', { apart: true });
    const arn = await deploy({ Tags: { 'heddle:policy': 'held' } });
    await assert.rejects(admin.admin('DELETE', '/policies/held'), refused(/bounds function f\b/));
    await service.client().send(new TagResourceCommand({ Resource: arn, Tags: { 'heddle:policy': '' } }));
    await admin.admin('DELETE', '/policies/held');
    assert.equal((await ran()).apart, undefined);
  });

  test('that is not there, or cannot be meant, is refused where it is said', async () => {
    await assert.rejects(deploy({ Tags: { 'heddle:policy': 'none' } }), refused(/no policy "none"/));
    for (const [policy, why] of [
      [{ memory: 5 }, /may have egress, memoryMb/],
      [{ memoryMb: 64 }, /128 to 10240/],
      [{ egress: 'none public' }, /stands alone/],
      [
        { services: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: {} }] } },
        /conditions are not understood/,
      ],
      [{ services: ['dynamodb:GetItem table'] }, /must be an ARN/],
      [{ env: ['A B'] }, /list of at most/],
    ] as const)
      await assert.rejects(set('bad', policy), refused(why));
  });

  test('of a request takes from what the function’s own leaves, in containers made for both', async () => {
    await set('own', { memoryMb: 256, egress: '*.example.org', services: ['sqs:*', 'lambda:InvokeFunction'] });
    await set('less', { egress: 'api.example.org *.b.example.org', services: ['sqs:SendMessage'] });
    await deploy({ Tags: { 'heddle:policy': 'own' } });
    const plain = await ran();
    const named = await ran('less');
    const inline = await ran('{"memoryMb": 128, "timeoutMs": 1000}');
    const more = await ran('{"memoryMb": 4096, "egress": "all"}');
    assert.deepEqual(named.policy?.services?.length, 2);
    assert.deepEqual(named.egressWithin, ['*.example.org', 'api.example.org *.b.example.org']);
    assert.deepEqual([inline.memoryMb, inline.timeoutMs], [128, 1_000]);
    assert.deepEqual([more.memoryMb, more.egressWithin], [256, ['*.example.org']]);
    assert.equal(new Set([plain, named, inline].map(({ revisionId }) => revisionId)).size, 3);
    assert.equal((await ran('less')).revisionId, named.revisionId);
  });

  test('of a request comes along where nobody waits for the answer', async () => {
    await deploy();
    assert.equal((await ran('{"memoryMb": 128}', 'Event')).memoryMb, 128);
  });

  test('of a request that is none is refused, and the function is not run', async () => {
    await deploy();
    for (const [policy, why] of [
      ['missing', /no policy "missing"/],
      ['{"memoryMb":', /no JSON/],
      ['{"root": true}', /may have/],
      [' ', /names 0 policies/],
    ] as const)
      await assert.rejects(ran(policy), refused(why));
    assert.equal(service.workerManager.invocations.length, 0);
  });

  test('shows what it bounds, and a function what it comes to', async () => {
    await set('shown', { env: ['STAGE'] });
    await deploy({ Tags: { 'heddle:policy': 'shown' } });
    const policy = await admin.admin('GET', '/policies/shown');
    assert.deepEqual(Object(policy.toJSON())['functions'], ['f']);
    const of = await admin.admin('GET', '/functions/f/policy');
    assert.deepEqual(Object(of.toJSON())['env'], ['STAGE']);
    const snapshot = await admin.snapshot();
    assert.deepEqual(snapshot.object('policies').toJSON(), { policies: 1, roles: 0, sessions: 0, bound: 1 });
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  InvokeWithResponseStreamCommand,
  TooManyRequestsException,
  type InvokeMode,
} from '@aws-sdk/client-lambda';
import { newAccessKey } from '../../model/accounts/access-keys.ts';
import type { AccountLimits } from '../../model/accounts/account-limits.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import { ThrottledError } from '../../model/errors.ts';
import type { AccessKey } from '../../store/contract.ts';
import { ask, type Told } from '../testing/ask.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

// Limits of accounts, whichever way an invocation comes.

const account = '111111111111';
const key: AccessKey = { ...newAccessKey(), account, createdAt: 0 };

/** Tokens come only when a test has them come. */
let now = 0;
const rateClock: Clock = { ...systemClock, now: () => now };

let frontend: TestFrontend;
const urls = new Map<string, URL>();
before(async () => {
  frontend = await startTestFrontend({ rateClock });
  await frontend.store.accounts.create({ id: account, createdAt: 0, name: 'a', operator: false, limits: {} }, key);
  for (const [name, mode, auth] of [
    ['f', undefined, undefined],
    ['whole', 'BUFFERED', 'AWS_IAM'],
    ['streamed', 'RESPONSE_STREAM', 'AWS_IAM'],
    ['open', 'BUFFERED', 'NONE'],
  ] as const)
    await deployed(name, mode, auth);
});
after(() => frontend[Symbol.asyncDispose]());
beforeEach(async () => {
  await limit({});
  frontend.workerManager.behaviour = async ({ payload }) => outcomeOf(payload);
});

async function deployed(FunctionName: string, InvokeMode?: InvokeMode, AuthType?: 'AWS_IAM' | 'NONE'): Promise<void> {
  const client = frontend.client({ credentials: key });
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Role: `arn:aws:iam::${account}:role/any`,
      Handler: 'index.handler',
      Code: { ZipFile: await zipOf({ 'index.js': '' }) },
    }),
  );
  if (AuthType === undefined) return;
  const { FunctionUrl } = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType, InvokeMode }));
  urls.set(FunctionName, new URL(FunctionUrl ?? ''));
  if (AuthType === 'AWS_IAM') return;
  const open = { FunctionName, Principal: '*' };
  await client.send(
    new AddPermissionCommand({
      ...{ ...open, StatementId: 'url', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
    }),
  );
  await client.send(
    new AddPermissionCommand({
      ...{ ...open, StatementId: 'invoke', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    }),
  );
}

async function limit(limits: AccountLimits): Promise<void> {
  await frontend.store.accounts.setLimits(account, limits);
}

async function api(path: string, more: Readonly<Record<string, string>> = {}): Promise<Told> {
  const signer = { url: frontend.url, region: frontend.region, key };
  const headers = await signedHeaders(signer, 'POST', path, '{}', { headers: more });
  return await ask(frontend.url, { method: 'POST', path, body: '{}', headers });
}

async function url(name: string): Promise<Told> {
  const to = urls.get(name) ?? assert.fail();
  const headers = await signedHeaders({ url: to.href, region: frontend.region, key }, 'GET', '/');
  return await ask(frontend.url, { headers: { ...headers, host: to.host } });
}

const invokePath = '/2015-03-31/functions/f/invocations';
const streamPath = '/2021-11-15/functions/f/response-streaming-invocations';
// With a query an invocation takes another way through the frontend than without.
const signedWays: Readonly<Record<string, () => Promise<Told>>> = {
  Invoke: () => api(invokePath),
  'Invoke of a version': () => api(`${invokePath}?Qualifier=%24LATEST`),
  InvokeWithResponseStream: () => api(streamPath),
  'InvokeWithResponseStream of a version': () => api(`${streamPath}?Qualifier=%24LATEST`),
  'a URL': () => url('whole'),
  'a URL that streams': () => url('streamed'),
};
const ways = { ...signedWays, 'a URL for everybody': () => url('open') };

for (const [way, call] of Object.entries(ways))
  describe(`limits of accounts, by ${way}`, () => {
    test('requests beyond the rate get 429 with AWS’s reason and when to come again, and the next comes in then', async () => {
      now += 3_600_000;
      await limit({ requestsPerSecond: 1, requestsAtOnce: 1 });
      assert.equal((await call()).status, 200);
      const began = frontend.workerManager.invocations.length;
      const { status, headers, body } = await call();
      assert.deepEqual(
        [status, headers['x-amzn-errortype'], headers['retry-after']],
        [429, 'TooManyRequestsException', '1'],
      );
      assert.match(String(headers['content-type']), /^application\/json/);
      const { message, ...rest } = JSON.parse(body);
      assert.deepEqual(rest, { Type: 'User', Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '1' });
      assert.match(message, /^Rate Exceeded\. The account may make 1 requests a second/);
      assert.equal(frontend.workerManager.invocations.length, began, 'it was handed on');
      now += 1_000;
      assert.equal((await call()).status, 200);
    });

    for (const reason of [
      'ConcurrentInvocationLimitExceeded',
      'ReservedFunctionConcurrentInvocationLimitExceeded',
    ] as const)
      test(`a call for which there is no place gets 429 with ${reason}`, async () => {
        frontend.workerManager.behaviour = async () => {
          throw new ThrottledError(reason);
        };
        const { status, headers, body } = await call();
        assert.deepEqual([status, headers['x-amzn-errortype']], [429, 'TooManyRequestsException']);
        const { retryAfterSeconds: _, ...told } = JSON.parse(body);
        assert.deepEqual(told, { Type: 'User', message: 'Rate Exceeded.', Reason: reason });
      });
  });

for (const [way, call] of Object.entries(signedWays))
  test(`a key that is disabled is good for nothing at once, by ${way}`, async () => {
    const began = frontend.workerManager.invocations.length;
    await frontend.store.accounts.setKeyDisabled(key.accessKeyId, true);
    const { status, headers, body } = await call();
    await frontend.store.accounts.setKeyDisabled(key.accessKeyId, false);
    assert.deepEqual([status, headers['x-amzn-errortype']], [403, 'UnrecognizedClientException']);
    assert.match(body, /The security token included in the request is invalid\./);
    assert.equal(frontend.workerManager.invocations.length, began, 'it was handed on');
    assert.equal((await call()).status, 200);
  });

test('a URL for everybody needs no key, and an account without a good one keeps it', async () => {
  await frontend.store.accounts.setKeyDisabled(key.accessKeyId, true);
  const { status } = await url('open');
  await frontend.store.accounts.setKeyDisabled(key.accessKeyId, false);
  assert.equal(status, 200);
});

test('a stock client that streams is told why, as one that does not', async () => {
  now += 3_600_000;
  await limit({ requestsPerSecond: 1, requestsAtOnce: 1 });
  const client = frontend.client({ credentials: key });
  const send = (): Promise<unknown> => client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
  await send();
  await assert.rejects(send(), (error) => {
    assert(error instanceof TooManyRequestsException);
    assert.equal(error.Reason, 'CallerRateLimitExceeded');
    assert.equal(error.retryAfterSeconds, '1');
    return true;
  });
});

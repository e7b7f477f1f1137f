import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  CodeStorageExceededException,
  CreateFunctionCommand,
  GetAccountSettingsCommand,
  InvokeCommand,
  ListFunctionsCommand,
  PublishLayerVersionCommand,
  TooManyRequestsException,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { WebSocket } from 'ws';
import { ThrottledError } from '../../../model/errors.ts';
import { sessionPath } from '../../../protocol/session/session-socket.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { presignedUrl, signedHeaders, type Signer } from '../../testing/signed-headers.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';
import { createLogger } from '../../observing/logger.ts';

type Key = Signer['key'];
interface Made {
  readonly account: { readonly id: string };
  readonly key: Key & { readonly account: string };
}

describe('accounts and keys', () => {
  let service: TestFrontend;
  let logged = '';
  before(async () => {
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        logged += String(chunk);
        done();
      },
    });
    service = await startTestFrontend({ logger: createLogger('debug', sink) });
  });
  after(() => service[Symbol.asyncDispose]());

  async function call(method: string, path: string, body?: object, key: Key = service.key): Promise<Response> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = await signedHeaders({ ...service, key }, method, `/heddle/v1${path}`, text);
    return await fetch(`${service.url}/heddle/v1${path}`, { method, headers, ...(text !== '' && { body: text }) });
  }
  async function made(body: object = {}): Promise<Made> {
    const response = await call('POST', '/accounts', body);
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const answer: Made = Object(await response.json());
    return answer;
  }
  async function json(method: string, path: string, body?: object, key?: Key): Promise<Record<string, unknown>> {
    const response = await call(method, path, body, key);
    assert.equal(response.status < 300, true, `${method} ${path}: ${response.status}`);
    return Object(await response.json());
  }
  const clientOf = ({ accessKeyId, secretAccessKey }: Key): LambdaClient =>
    service.client({ credentials: { accessKeyId, secretAccessKey } });
  const deploy = async (client: LambdaClient, name: string, content = ''): Promise<unknown> =>
    await client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: undefined,
        Code: { ZipFile: await zipOf({ 'index.mjs': content }) },
      }),
    );

  test('an account is made with a key that works, and sees nothing of others', async () => {
    const { account, key } = await made({ name: 'one' });
    assert.match(account.id, /^\d{12}$/);
    assert.deepEqual((await clientOf(key).send(new ListFunctionsCommand({}))).Functions, []);
    const self = await json('GET', '/accounts/self', undefined, key);
    assert.equal(self['id'], account.id);
    assert.equal(self['operator'], false);
    assert.equal((await call('POST', '/accounts', { name: 'one' })).status, 409);
    for (const name of ['', '9', 'self', 'all', 'a b', '-x', 'x'.repeat(65)])
      assert.equal((await call('POST', '/accounts', { name })).status, name === '' ? 201 : 400, name);
  });

  test('accounts and keys are the operator’s only', async () => {
    const { account, key } = await made();
    for (const [method, path] of [
      ['GET', '/accounts'],
      ['POST', '/accounts'],
      ['GET', `/accounts/${service.key.account}`],
      ['GET', `/accounts/${account.id}`],
      ['PUT', `/accounts/${account.id}/limits`],
      ['DELETE', `/accounts/${service.key.account}`],
      ['GET', '/keys'],
      ['POST', '/keys'],
      ['POST', `/keys/${service.key.accessKeyId}/rotation`],
      ['PUT', `/keys/${service.key.accessKeyId}/disabled`],
      ['PUT', `/keys/${key.accessKeyId}/enabled`],
      ['DELETE', `/keys/${key.accessKeyId}`],
      ['GET', `/usage?account=${service.key.account}`],
      ['GET', '/usage?account=all'],
    ] as const) {
      const response = await call(method, path, method === 'POST' || method === 'PUT' ? {} : undefined, key);
      assert.equal(response.status, 403, `${method} ${path}`);
      assert.equal(response.headers.get('x-amzn-errortype'), 'AccessDeniedException');
      assert.equal((await fetch(`${service.url}/heddle/v1${path}`, { method })).status, 403, 'unsigned');
    }
  });

  test('a secret is shown where its key is made, and in no other answer and no log', async () => {
    const { account, key } = await made();
    const rotated = await json('POST', `/keys/${key.accessKeyId}/rotation`);
    const second: Key = Object(rotated['key']);
    assert.match(second.secretAccessKey, /^[A-Za-z0-9]{40}$/);
    assert.equal(rotated['inUse'], false);
    const others = [
      JSON.stringify(rotated['before']),
      await (await call('GET', '/keys')).text(),
      await (await call('GET', '/accounts')).text(),
      await (await call('PUT', `/keys/${key.accessKeyId}/disabled`)).text(),
      await (await fetch(`${service.url}/metrics`)).text(),
      logged,
    ].join('\n');
    assert(others.includes(key.accessKeyId) && others.includes(account.id));
    for (const { secretAccessKey } of [key, second, service.key]) assert(!others.includes(secretAccessKey));
  });

  test('a rotated key and the one after it are both good, until the first is disabled', async () => {
    const { key } = await made();
    const second: Key = Object((await json('POST', `/keys/${key.accessKeyId}/rotation`))['key']);
    const works = async (one: Key): Promise<boolean> =>
      await clientOf(one)
        .send(new ListFunctionsCommand({}))
        .then(
          () => true,
          (error: unknown) => {
            assert.equal(Object(error).name, 'UnrecognizedClientException');
            return false;
          },
        );
    assert.deepEqual([await works(key), await works(second)], [true, true]);
    await json('PUT', `/keys/${key.accessKeyId}/disabled`);
    assert.deepEqual([await works(key), await works(second)], [false, true]);
    await json('PUT', `/keys/${key.accessKeyId}/enabled`);
    assert.deepEqual([await works(key), await works(second)], [true, true]);
    assert.equal((await call('DELETE', `/keys/${key.accessKeyId}`)).status, 204);
    assert.deepEqual([await works(key), await works(second)], [false, true]);
    assert.equal((await call('DELETE', `/keys/${key.accessKeyId}`)).status, 404);
  });

  for (const [what, method, path] of [
    ['disabling', 'PUT', '/disabled'],
    ['removing', 'DELETE', ''],
  ] as const)
    test(`${what} a key ends a session that it has open, at once, and no other`, async () => {
      const { key } = await made();
      const open = async (one: Key): Promise<WebSocket> => {
        const socket = new WebSocket(await presignedUrl({ ...service, key: one }, 'GET', sessionPath, 60));
        await once(socket, 'open');
        return socket;
      };
      const [theirs, ours] = [await open(key), await open(service.key)];
      const closed = once(theirs, 'close');
      assert((await call(method, `/keys/${key.accessKeyId}${path}`)).ok);
      const [code, reason] = await closed;
      assert.deepEqual([code, String(reason)], [4_403, 'The security token included in the request is invalid.']);
      assert.equal(ours.readyState, WebSocket.OPEN);
      ours.close(1_000);
      await once(ours, 'close');
    });

  test('an account has only so many keys', async () => {
    const { account } = await made();
    for (let more = 1; more < 10; more++) await json('POST', '/keys', { account: account.id });
    const refused = await call('POST', '/keys', { account: account.id });
    assert.equal(refused.headers.get('x-amzn-errortype'), 'LimitExceededException');
    assert.equal((await call('POST', '/keys', { account: '123' })).status, 404);
  });

  test('the operator’s last good key stays, and the file of the service’s home follows a rotation', async () => {
    const { accessKeyId } = service.key;
    for (const [method, path] of [
      ['PUT', `/keys/${accessKeyId}/disabled`],
      ['DELETE', `/keys/${accessKeyId}`],
    ] as const) {
      const refused = await call(method, path);
      assert.equal(refused.status, 409);
      assert.match(await refused.text(), new RegExp(`heddle key rotate ${accessKeyId}`));
    }
    assert.equal((await call('DELETE', `/accounts/${service.key.account}`)).status, 409);
    const rotated = await json('POST', `/keys/${accessKeyId}/rotation`);
    const second: Key = Object(rotated['key']);
    assert.equal(rotated['inUse'], true);
    assert.match(await readFile(join(service.home, 'credentials'), 'utf8'), new RegExp(second.secretAccessKey));
    await json('PUT', `/keys/${accessKeyId}/disabled`, undefined, second);
    assert.equal((await call('GET', '/keys')).status, 403);
    await json('PUT', `/keys/${accessKeyId}/enabled`, undefined, second);
  });

  test('limits are set one by one, shown, and taken away', async () => {
    const { account } = await made({ limits: { concurrency: 5 } });
    const path = `/accounts/${account.id}`;
    const limitsOf = async (limits: object): Promise<unknown> =>
      (await json('PUT', `${path}/limits`, { limits }))['limits'];
    assert.deepEqual(await limitsOf({ codeBytes: 1e9 }), { concurrency: 5, codeBytes: 1e9 });
    assert.deepEqual(await limitsOf({ concurrency: null, requestsPerSecond: 3 }), {
      codeBytes: 1e9,
      requestsPerSecond: 3,
    });
    assert.deepEqual((await json('GET', path))['limits'], { codeBytes: 1e9, requestsPerSecond: 3 });
    for (const limits of [{ concurrency: 0 }, { codeBytes: -1 }, { memoryMb: 1.5 }, { requestsPerSecond: '3' }, []])
      assert.equal((await call('PUT', `${path}/limits`, { limits })).status, 400, JSON.stringify(limits));
  });

  test('requests beyond the rate get 429 with the reason and when to come again, of whatever kind they are', async () => {
    const { account, key } = await made();
    const client = clientOf(key);
    await deploy(client, 'f');
    await json('PUT', `/accounts/${account.id}/limits`, { limits: { requestsPerSecond: 1, requestsAtOnce: 1 } });
    const kinds = [
      () => client.send(new ListFunctionsCommand({})),
      () => client.send(new InvokeCommand({ FunctionName: 'f' })),
    ];
    await kinds[0]?.();
    for (const send of kinds)
      await assert.rejects(send(), (error) => {
        assert(error instanceof TooManyRequestsException);
        assert.equal(error.Reason, 'CallerRateLimitExceeded');
        assert.equal(error.$metadata.httpStatusCode, 429);
        assert.match(error.message, /^Rate Exceeded\. The account may make 1 requests a second/);
        assert.match(String(error.retryAfterSeconds), /^1$/);
        return true;
      });
    const listing = '/2015-03-31/functions';
    const raw = await fetch(service.url + listing, {
      headers: await signedHeaders({ ...service, key }, 'GET', listing),
    });
    assert.equal(raw.headers.get('retry-after'), '1');
  });

  test('what is signed with another’s key id but not his secret costs him nothing of his rate', async () => {
    const { account, key } = await made();
    await json('PUT', `/accounts/${account.id}/limits`, { limits: { requestsPerSecond: 1, requestsAtOnce: 1 } });
    for (let i = 0; i < 3; i++)
      await assert.rejects(
        clientOf({ ...key, secretAccessKey: 'wrong' }).send(new ListFunctionsCommand({})),
        /signature/,
      );
    await clientOf(key).send(new ListFunctionsCommand({}));
  });

  test('a call that the worker manager has no place for gets 429, and what calls take now is shown', async () => {
    const { account, key } = await made({ limits: { concurrency: 1 } });
    const client = clientOf(key);
    await deploy(client, 'f');
    service.workerManager.use = { concurrency: 1, memoryMb: 128 };
    service.workerManager.behaviour = async () => {
      throw new ThrottledError('ConcurrentInvocationLimitExceeded', 'Rate Exceeded. It has one.');
    };
    await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'f' })), (error) => {
      assert(error instanceof TooManyRequestsException);
      assert.equal(error.Reason, 'ConcurrentInvocationLimitExceeded');
      assert.equal(error.message, 'Rate Exceeded. It has one.');
      return true;
    });
    const { use } = await json('GET', `/accounts/${account.id}`);
    assert.deepEqual({ ...Object(use), codeBytes: 0 }, { concurrency: 1, memoryMb: 128, codeBytes: 0 });
    const settings = await client.send(new GetAccountSettingsCommand({}));
    assert.equal(settings.AccountLimit?.ConcurrentExecutions, 1);
  });

  test('the worker manager is told when the limits of an account change', async () => {
    const { account } = await made({ limits: { concurrency: 1 } });
    await json('PUT', `/accounts/${account.id}/limits`, { limits: { concurrency: 2 } });
    assert.deepEqual(service.workerManager.limitsChanges.slice(-1), [account.id]);
  });

  test('code beyond what an account may keep is refused, of functions, updates and layers, also at the same time', async () => {
    const { account, key } = await made();
    const client = clientOf(key);
    await deploy(client, 'first');
    const zip = await zipOf({ 'index.mjs': '' });
    const codeBytes = zip.length * 2 + 10;
    await json('PUT', `/accounts/${account.id}/limits`, { limits: { codeBytes } });
    const results = await Promise.allSettled([deploy(client, 'second'), deploy(client, 'third')]);
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    const large = await zipOf({ 'index.mjs': randomBytes(100) });
    const exceeded = (error: unknown): boolean => {
      assert(error instanceof CodeStorageExceededException);
      assert.match(error.message, /^Code storage limit exceeded\. /);
      return true;
    };
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'first', ZipFile: zip }));
    const update = new UpdateFunctionCodeCommand({ FunctionName: 'first', ZipFile: large });
    await assert.rejects(client.send(update), exceeded);
    const layer = new PublishLayerVersionCommand({ LayerName: 'l', Content: { ZipFile: zip } });
    await assert.rejects(client.send(layer), exceeded);
    const { AccountLimit, AccountUsage } = await client.send(new GetAccountSettingsCommand({}));
    assert.equal(AccountLimit?.TotalCodeSize, codeBytes);
    assert.equal(AccountUsage?.TotalCodeSize, zip.length * 2);
    const refused = await call('DELETE', `/accounts/${account.id}`);
    assert.match(await refused.text(), /has 2 functions and 0 versions of layers/);
  });

  test('an account without functions is removed, and its keys with it', async () => {
    const { account, key } = await made();
    assert.equal((await call('DELETE', `/accounts/${account.id}`)).status, 204);
    assert.equal((await call('GET', '/accounts/self', undefined, key)).status, 403);
    assert.equal((await call('GET', `/accounts/${account.id}`)).status, 404);
  });

  test('what functions use is recorded by hour, and shown to their account and to the operator', async () => {
    const { account, key } = await made();
    const client = clientOf(key);
    await deploy(client, 'f');
    const ends = [true, false];
    service.workerManager.behaviour = async ({ payload }) =>
      outcomeOf(payload, {
        durationMs: 1_000,
        result: ends.shift() === true ? { ok: true, payload } : { ok: false, functionError: 'Unhandled', payload },
      });
    for (let i = 0; i < 2; i++) await client.send(new InvokeCommand({ FunctionName: 'f' }));
    const own = await json('GET', '/usage', undefined, key);
    const { fromMs, ...record } = Object(Object(own['records'])[0]);
    assert.deepEqual(record, {
      account: account.id,
      functionName: 'f',
      requests: 2,
      errors: 1,
      gbSeconds: 0.25,
      egressBytes: 0,
    });
    assert.equal(fromMs % 3_600_000, 0);
    assert.deepEqual(await json('GET', `/usage?account=${account.id}`), own);
    assert.deepEqual(await json('GET', `/usage?since=${fromMs + 1}`, undefined, key), { records: [] });
    assert.equal((await call('GET', '/usage?since=x', undefined, key)).status, 400);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`^heddle_account_requests_total\\{account="${account.id}"\\} 2$`, 'm'));
    assert.match(
      metrics,
      new RegExp(`^heddle_account_memory_byte_seconds_total\\{account="${account.id}"\\} 268435456$`, 'm'),
    );
  });
});

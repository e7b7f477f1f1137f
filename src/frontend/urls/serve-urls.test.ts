import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
  UpdateFunctionUrlConfigCommand,
  type AddPermissionCommandInput,
  type CreateFunctionUrlConfigCommandInput,
} from '@aws-sdk/client-lambda';
import type { AnswerTaker } from '../../model/invocations/answer-stream.ts';
import { CapacityError } from '../../model/errors.ts';
import { ask, type Asked, type Told } from '../testing/ask.ts';
import { outcomeOf, type Behaviour } from '../testing/fake-worker-manager.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

let frontend: TestFrontend;
before(async () => void (frontend = await startTestFrontend()));
after(() => frontend[Symbol.asyncDispose]());

/** Makes a function with a URL. */
async function withUrl(name: string, more: Partial<CreateFunctionUrlConfigCommandInput> = {}): Promise<URL> {
  const client = frontend.client();
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      Code: { ZipFile: await zipOf({ 'index.js': '' }) },
    }),
  );
  const { FunctionUrl, AuthType } = await client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE', ...more }),
  );
  if (AuthType === 'NONE') for (const permission of open) await permit(name, permission);
  return new URL(FunctionUrl ?? '');
}

/** The body for who may not. */
const forbiddenBody = JSON.stringify({
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
});

type Permission = Omit<AddPermissionCommandInput, 'FunctionName' | 'StatementId'>;

/** What lets everybody call a URL. */
const open = [
  { Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
  { Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true },
] as const satisfies Permission[];

async function permit(FunctionName: string, permission: Permission): Promise<string> {
  const StatementId = randomUUID();
  await frontend.client().send(new AddPermissionCommand({ FunctionName, StatementId, ...permission }));
  return StatementId;
}

const get = (url: URL, asked: Asked = {}): Promise<Told> =>
  ask(frontend.url, { ...asked, headers: { host: url.host, ...asked.headers } });

const gives =
  (result: unknown): Behaviour =>
  async () =>
    outcomeOf(Buffer.from(JSON.stringify(result)));

test('a URL is called by its host, and answers what its function gives', async () => {
  const url = await withUrl('plain');
  assert.match(url.href, new RegExp(`^http://[a-z2-7]{32}\\.lambda-url\\.localhost:${new URL(frontend.url).port}/$`));
  frontend.workerManager.behaviour = gives({
    statusCode: 201,
    headers: { 'content-type': 'text/plain', 'x-mine': 'yes' },
    cookies: ['a=1', 'b=2; Domain=localhost'],
    body: 'made',
  });
  const told = await get(url, {
    method: 'POST',
    path: '/a%20b?x=1',
    body: 'text',
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(told.status, 201);
  assert.equal(told.body, 'made');
  assert.deepEqual(told.headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(told.headers['x-mine'], 'yes');
  assert.equal(told.headers['x-heddle-start-path'], 'reused-container');
  const { requestId, payload, traceHeader } = frontend.workerManager.invocations.at(-1) ?? assert.fail();
  assert.equal(told.headers['x-amzn-requestid'], requestId);
  assert.equal(told.headers['x-amzn-trace-id'], traceHeader);
  const event = JSON.parse(Buffer.from(payload).toString());
  assert.deepEqual(
    [event.rawPath, event.rawQueryString, event.body, event.requestContext.requestId, event.headers.host],
    ['/a%20b', 'x=1', 'text', requestId, url.host],
  );
});

test('a URL gets what is signed for something else, too: it is its function’s to make something of', async () => {
  const url = await withUrl('other-signatures');
  frontend.workerManager.behaviour = gives({ statusCode: 200, body: 'mine' });
  const scope = 'Credential=AKID/20260131/us-east-1/s3/aws4_request';
  const path = `/heddle/url/${url.hostname.split('.')[0]}/`;
  for (const authorization of ['Bearer a/s3/b', `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00`])
    for (const told of [
      get(url, { headers: { authorization } }),
      ask(frontend.url, { path, headers: { authorization } }),
    ])
      assert.equal((await told).body, 'mine');
  assert.equal((await ask(frontend.url, { path: `${path}?AWSAccessKeyId=a&Signature=b` })).body, 'mine');
});

test('what its function cannot answer with is a bad gateway without a word of why', async () => {
  const url = await withUrl('failing');
  const failed = { ok: false, functionError: 'Unhandled', payload: Buffer.from('{"errorMessage":"secret"}') } as const;
  for (const behaviour of [
    gives({ statusCode: 200, body: {} }),
    async () => outcomeOf(Buffer.alloc(0), { result: failed }),
    async () => outcomeOf(Buffer.alloc(6_291_557, ' ')),
  ] satisfies Behaviour[]) {
    frontend.workerManager.behaviour = behaviour;
    const { status, body, headers } = await get(url);
    assert.deepEqual([status, body, headers['content-type']], [502, 'Internal Server Error', 'application/json']);
    assert.equal(headers['x-heddle-container'], 'c-fake');
  }
  frontend.workerManager.behaviour = () => Promise.reject(new CapacityError('Full.', 2));
  const { status, headers } = await get(url);
  assert.deepEqual(
    [status, headers['x-amzn-errortype'], headers['retry-after']],
    [429, 'TooManyRequestsException', '2'],
  );
});

test('an event that would be too large is refused, and its length is its own business', async () => {
  const url = await withUrl('large');
  frontend.workerManager.behaviour = gives('ok');
  const send = async (bytes: number, type: string): Promise<Told> =>
    get(url, { method: 'POST', body: Buffer.alloc(bytes, 'x'), headers: { 'content-type': type } });
  assert.equal((await send(6_000_000, 'text/plain')).status, 200);
  for (const told of [
    await send(6_291_456, 'text/plain'),
    await send(5_000_000, 'image/png'),
    await send(7_000_000, 'text/plain'),
  ])
    assert.deepEqual([told.status, told.headers['x-amzn-errortype']], [413, 'RequestTooLargeException']);
});

test('HEAD and OPTIONS are a function’s to answer', async () => {
  const url = await withUrl('methods');
  frontend.workerManager.behaviour = gives({ statusCode: 200, body: 'five!' });
  const head = await get(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '5']);
  assert.equal((await get(url, { method: 'OPTIONS' })).body, 'five!');
  frontend.workerManager.behaviour = gives({ statusCode: 204 });
  const none = await get(url, { method: 'DELETE' });
  assert.deepEqual([none.status, none.headers['content-length']], [204, undefined]);
});

test('a preflight is answered without the function where the URL says what pages may', async () => {
  const url = await withUrl('cors', { Cors: { AllowOrigins: ['https://shop.example'], AllowMethods: ['PUT'] } });
  const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
  frontend.workerManager.behaviour = gives({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } });
  const before = frontend.workerManager.invocations.length;
  const told = await get(url, { method: 'OPTIONS', headers });
  assert.deepEqual([told.status, told.headers['access-control-allow-origin']], [200, 'https://shop.example']);
  assert.equal(frontend.workerManager.invocations.length, before);
  // Both say it then, as on AWS: whoever tests here is not to be surprised there.
  assert.equal(
    (await get(url, { method: 'PUT', headers })).headers['access-control-allow-origin'],
    '*, https://shop.example',
  );
});

test('a URL whose Cors has nothing in it leaves preflights to its function', async () => {
  const url = await withUrl('no-cors', { Cors: { AllowOrigins: ['https://shop.example'] } });
  const cleared = await frontend
    .client()
    .send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'no-cors', Cors: {} }));
  assert.equal(cleared.Cors, undefined);
  frontend.workerManager.behaviour = gives({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': '*' } });
  const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
  const told = await get(url, { method: 'OPTIONS', headers });
  assert.deepEqual(
    [told.status, told.headers['access-control-allow-origin'], told.headers['vary']],
    [204, '*', undefined],
  );
});

test('on a URL’s host nothing else is answered, and nothing of a URL that is not there', async () => {
  const url = await withUrl('alone');
  frontend.workerManager.behaviour = gives('the function');
  for (const path of [
    '/healthz',
    '/metrics',
    '/2015-03-31/functions',
    '/2015-03-31/functions/alone/invocations',
    '/heddle/v1/snapshot',
  ])
    assert.equal((await get(url, { path })).body, 'the function', path);
  const nobody = new URL(url.href.replace(/[a-z2-7]{32}/, 'a'.repeat(32)));
  for (const path of ['/', '/healthz', '/2015-03-31/functions']) {
    const { status, body, headers } = await get(nobody, { path });
    assert.deepEqual([status, body, headers['x-amzn-errortype']], [403, '{"Message":null}', 'AccessDeniedException']);
  }
  await frontend.client().send(new DeleteFunctionCommand({ FunctionName: 'alone' }));
  assert.equal((await get(url)).status, 403);
});

test('no WebSocket is opened on a URL’s host, a session neither: its function is asked, as by any other request', async () => {
  const url = await withUrl('sessions');
  frontend.workerManager.behaviour = gives('the function');
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  for (const path of ['/heddle/v1/session', '/']) {
    const { status, body } = await get(url, { path, headers });
    assert.deepEqual([status, body], [200, 'the function']);
    const event = JSON.parse(Buffer.from(frontend.workerManager.invocations.at(-1)?.payload ?? []).toString());
    assert.deepEqual([event.rawPath, event.headers.upgrade, event.headers.connection], [path, undefined, undefined]);
  }
});

test('by its path, a URL is called where its host has no address, and by no page that has made one up', async () => {
  const url = await withUrl('paths');
  const path = `/heddle/url/${url.hostname.split('.')[0]}`;
  frontend.workerManager.behaviour = gives({ statusCode: 200, cookies: ['a=1; Path=/'], body: 'x' });
  const told = await ask(frontend.url, { path: `${path}/b?c` });
  assert.equal(told.status, 200);
  assert.deepEqual(told.headers['set-cookie'], [`a=1; Path=${path}/`]);
  assert.match(String(told.headers['content-security-policy']), /^sandbox/);
  const event = JSON.parse(Buffer.from(frontend.workerManager.invocations.at(-1)?.payload ?? []).toString());
  assert.deepEqual([event.rawPath, event.rawQueryString, event.requestContext.domainName], ['/b', 'c', url.hostname]);
  const rebound = await ask(frontend.url, { path, headers: { host: 'page.example' } });
  assert.deepEqual([rebound.status, rebound.headers['x-amzn-errortype']], [403, 'AccessDeniedException']);
});

test('a URL of AWS_IAM asks for a signature, over whatever path and body', async () => {
  const url = await withUrl('signed', { AuthType: 'AWS_IAM' });
  frontend.workerManager.behaviour = gives('ok');
  const unsigned = await get(url);
  assert.deepEqual([unsigned.status, unsigned.body], [403, forbiddenBody]);
  const signer = { url: url.href, region: frontend.region, key: frontend.key };
  for (const [path, body] of [
    ['/', ''],
    ['/a%20b/c?x=1&y=%2F', 'hello'],
  ] as const) {
    const method = body === '' ? 'GET' : 'POST';
    const headers = await signedHeaders(signer, method, path, body);
    const told = await get(url, { method, path, body, headers });
    assert.equal(told.status, 200, told.body);
    const other = await get(url, { method: 'POST', path, body: `${body}!`, headers });
    assert.deepEqual([other.status, other.headers['x-amzn-errortype']], [403, 'InvalidSignatureException']);
  }
  const { requestContext } = JSON.parse(
    Buffer.from(frontend.workerManager.invocations.at(-1)?.payload ?? []).toString(),
  );
  assert.equal(requestContext.authorizer.iam.accessKey, frontend.key.accessKeyId);
  assert.equal(requestContext.accountId, frontend.key.account);
});

test('a URL is open to everybody by both permissions, as long as both are there', async () => {
  const url = await withUrl('permitted');
  frontend.workerManager.behaviour = gives('ok');
  const forbidden = async (): Promise<void> => {
    const { status, body, headers } = await get(url);
    const errorType = headers['x-amzn-errortype'];
    assert.deepEqual([status, body, errorType], [403, forbiddenBody, 'AccessDeniedException']);
  };
  const closed = await withUrl('closed', { AuthType: 'AWS_IAM' });
  await frontend.client().send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'closed', AuthType: 'NONE' }));
  assert.equal((await get(closed)).status, 403);
  assert.equal((await get(url)).status, 200);
  const StatementId = await permit('permitted', { Action: 'lambda:InvokeFunction', Principal: '000000000000' });
  assert.equal((await get(url)).status, 200);
  const { Policy } = await frontend.client().send(new GetPolicyCommand({ FunctionName: 'permitted' }));
  for (const { Sid } of JSON.parse(Policy ?? '').Statement)
    if (Sid !== StatementId)
      await frontend.client().send(new RemovePermissionCommand({ FunctionName: 'permitted', StatementId: Sid }));
  await forbidden();
  await permit('permitted', open[0]);
  await forbidden();
  await permit('permitted', open[1]);
  assert.equal((await get(url)).status, 200);
});

/** What a function streams. */
function streams(contentType: string, then: (answer: AnswerTaker) => ReturnType<Behaviour>): Behaviour {
  return async ({ answer }) => {
    const start = {
      contentType,
      startPath: 'reused-container',
      startMs: 1,
      instanceId: 'i',
      containerId: 'c',
    } as const;
    answer?.began(start, { took: () => undefined, leave: () => undefined });
    return then(answer ?? assert.fail('Nobody takes a stream.'));
  };
}

const prelude = (head: object): Buffer => Buffer.concat([Buffer.from(JSON.stringify(head)), Buffer.alloc(8)]);
const integration = 'application/vnd.awslambda.http-integration-response';

test('a streamed answer has the status, headers and cookies of its prelude', async () => {
  const url = await withUrl('streamed', { InvokeMode: 'RESPONSE_STREAM' });
  frontend.workerManager.behaviour = streams(integration, async (answer) => {
    answer.part(prelude({ statusCode: 418, headers: { 'content-type': 'text/html' }, cookies: ['a=1', 'b=2'] }));
    answer.part(Buffer.from('<p>'));
    answer.part(Buffer.from('tea'));
    return outcomeOf(Buffer.alloc(0), { streamedBytes: 6 });
  });
  const told = await get(url);
  assert.deepEqual([told.status, told.body, told.headers['content-type']], [418, '<p>tea', 'text/html']);
  assert.deepEqual(told.headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(told.headers['transfer-encoding'], 'chunked');
});

test('a streamed answer that breaks off is cut, and one that fails first is a bad gateway', async () => {
  const url = await withUrl('broken', { InvokeMode: 'RESPONSE_STREAM' });
  const result = { ok: false, functionError: 'Unhandled', payload: Buffer.from('{}') } as const;
  frontend.workerManager.behaviour = streams('text/plain', async (answer) => {
    answer.part(Buffer.from('half'));
    return outcomeOf(Buffer.alloc(0), { result });
  });
  await assert.rejects(get(url), { code: 'ECONNRESET' });
  for (const behaviour of [
    async () => outcomeOf(Buffer.alloc(0), { result }),
    streams(integration, async (answer) => {
      answer.part(Buffer.from('{"statusCode":2'));
      return outcomeOf(Buffer.alloc(0), { result });
    }),
    streams(integration, async (answer) => {
      answer.part(prelude({ statusCode: 200, headers: { a: 'b\n' } }));
      return outcomeOf(Buffer.alloc(0), { streamedBytes: 1 });
    }),
  ]) {
    frontend.workerManager.behaviour = behaviour;
    assert.deepEqual([(await get(url)).status, (await get(url)).body], [502, 'Internal Server Error']);
  }
});

test('what a function does not stream leaves a streaming URL as it is', async () => {
  const url = await withUrl('unstreamed', { InvokeMode: 'RESPONSE_STREAM' });
  frontend.workerManager.behaviour = gives({ statusCode: 201, body: 'x' });
  assert.deepEqual([(await get(url)).status, (await get(url)).body], [200, '{"statusCode":201,"body":"x"}']);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvalidRequestContentException,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaServiceException,
  PutFunctionConcurrencyCommand,
  RequestTooLargeException,
  ResourceConflictException,
  ResourceNotFoundException,
  ServiceException,
  TooManyRequestsException,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import type { InvokeCommandInput, InvokeCommandOutput, LambdaClient, LogType } from '@aws-sdk/client-lambda';
import { CapacityError, InstanceLostError, NeverFitsError, StoppingError } from '../../../model/errors.ts';
import { limits } from '../../../model/limits.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('Invoke, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: LambdaClient;
  before(async () => {
    service = await startTestFrontend();
    client = service.client();
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' });
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'echo',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Code: { ZipFile },
      }),
    );
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'echo' });
  });
  after(() => service[Symbol.asyncDispose]());
  beforeEach(() => {
    service.workerManager.invocations.length = 0;
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload);
  });

  const invoke = (more: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> =>
    client.send(new InvokeCommand({ FunctionName: 'echo', ...more }));

  test('the payload goes in and the answer comes out', async () => {
    const answer = await invoke({ Payload: '{"a":"ü"}' });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, undefined);
    assert.equal(answer.ExecutedVersion, '$LATEST');
    assert.equal(answer.Payload?.transformToString(), '{"a":"ü"}');
    const [invocation] = service.workerManager.invocations;
    assert.equal(invocation?.requestId, answer.$metadata.requestId);
    assert.equal(invocation?.function.account, service.key.account);
  });

  test('what no header may say is refused of the plainest invocation, too', async () => {
    const refused = (error: unknown): boolean =>
      error instanceof LambdaServiceException &&
      error.name === 'ValidationException' &&
      /Value 'All' at 'logType' failed .* enum value set: \[None, Tail\]$/.test(error.message);
    const odd = { FunctionName: 'echo', LogType: 'All' as LogType };
    await assert.rejects(client.send(new InvokeCommand(odd)), refused);
    await assert.rejects(client.send(new InvokeWithResponseStreamCommand(odd)), refused);
    assert.equal(service.workerManager.invocations.length, 0);
  });

  test('no payload at all is an empty object', async () => {
    assert.equal((await invoke()).Payload?.transformToString(), '{}');
  });

  test('the answer says by which path it started, how long that took, and where', async () => {
    service.workerManager.behaviour = async ({ payload }) =>
      outcomeOf(payload, {
        startPath: 'warm-instance',
        startMs: 2.5,
        durationMs: 12,
        instanceId: 'i-1',
        containerId: 'c-1',
      });
    const path = '/2015-03-31/functions/echo/invocations';
    const headers = await signedHeaders(service, 'POST', path, '{}');
    const { headers: got } = await fetch(service.url + path, { method: 'POST', headers, body: '{}' });
    assert.equal(got.get('x-heddle-start-path'), 'warm-instance');
    assert.equal(got.get('x-heddle-start-ms'), '2.500');
    assert.equal(got.get('x-heddle-duration-ms'), '12.000');
    assert.equal(got.get('x-heddle-instance'), 'i-1');
    assert.equal(got.get('x-heddle-container'), 'c-1');
    assert.equal(got.get('content-type'), 'application/json');
  });

  test('the start is measured from the arrival of the headers, before the body', async () => {
    const path = '/2015-03-31/functions/echo/invocations';
    const headers = await signedHeaders(service, 'POST', path, '{}');
    const sending = request(service.url + path, {
      method: 'POST',
      headers: { ...headers, 'content-length': 2, expect: '100-continue' },
    });
    const answered = once(sending, 'response');
    // The service says "continue" when it has the headers, and the body is sent only then.
    await once(sending, 'continue');
    const bodySentAt = performance.now();
    sending.end('{}');
    const [response] = await answered;
    response.resume();
    const [invocation] = service.workerManager.invocations;
    assert(invocation !== undefined && invocation.receivedAt < bodySentAt, 'received when the body came');
  });

  test('a function error is an answer, marked as such', async () => {
    const error = { errorType: 'TypeError', errorMessage: 'no', trace: [] };
    service.workerManager.behaviour = async () =>
      outcomeOf(Buffer.from(''), {
        result: { ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(error)) },
      });
    const answer = await invoke({ Payload: '1' });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, 'Unhandled');
    assert.deepEqual(JSON.parse(answer.Payload?.transformToString() ?? ''), error);
  });

  test('the tail of the log comes along when it is asked for, 4 KB at most', async () => {
    const log = `${'ü'.repeat(5_000)}END`;
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log });
    assert.equal((await invoke()).LogResult, undefined);
    const tail = Buffer.from((await invoke({ LogType: 'Tail' })).LogResult ?? '', 'base64');
    assert(tail.length <= 4_096 && tail.length > 4_090);
    assert(log.endsWith(tail.toString()), 'cut in the middle of a character');
  });

  test('the client context reaches the function, and a bad one is refused', async () => {
    await invoke({ ClientContext: Buffer.from('{"custom":1}').toString('base64') });
    assert.equal(service.workerManager.invocations[0]?.clientContext, '{"custom":1}');
    await assert.rejects(invoke({ ClientContext: 'bm8=' }), InvalidRequestContentException);
    await assert.rejects(invoke({ ClientContext: 'A'.repeat(3_584) }), RequestTooLargeException);
  });

  test('a payload that is not JSON is refused', async () => {
    for (const Payload of ['{', 'hello', new Uint8Array([0x22, 0xff, 0x22])])
      await assert.rejects(
        invoke({ Payload }),
        (error) =>
          error instanceof InvalidRequestContentException &&
          error.message.startsWith('Could not parse request body into json: '),
      );
  });

  test('a content type that is none is refused, and any that is one is taken', async () => {
    const path = '/2015-03-31/functions/echo/invocations';
    const status = async (type: string): Promise<number> => {
      const headers = { ...(await signedHeaders(service, 'POST', path, '{}')), 'content-type': type };
      return (await fetch(service.url + path, { method: 'POST', headers, body: '{}' })).status;
    };
    for (const type of ['application/json', 'text/plain; charset=utf-8', 'a/b;c="d e"', '*/*'])
      assert.equal(await status(type), 200, type);
    for (const type of ['json', ';', 'text/plain, text/html']) assert.equal(await status(type), 400, type);
  });

  test('a payload at the limit passes, and one byte more is refused', async () => {
    const text = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;
    const answer = await invoke({ Payload: text(limits.payloadBytesMax) });
    assert.equal(answer.Payload?.length, limits.payloadBytesMax);
    await assert.rejects(invoke({ Payload: text(limits.payloadBytesMax + 1) }), (error) => {
      assert(error instanceof RequestTooLargeException);
      assert.equal(error.message, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation');
      return true;
    });
    await assert.rejects(
      invoke({ Payload: text(limits.eventPayloadBytesMax + 1), InvocationType: 'Event' }),
      RequestTooLargeException,
    );
  });

  test('an answer over the limit is a function error', async () => {
    service.workerManager.behaviour = async () => outcomeOf(Buffer.alloc(limits.answerBytesMax + 1, '1'));
    const answer = await invoke();
    assert.equal(answer.FunctionError, 'Unhandled');
    assert.match(answer.Payload?.transformToString() ?? '', /Function\.ResponseSizeTooLarge/);
  });

  test('a dry run runs nothing', async () => {
    assert.equal((await invoke({ InvocationType: 'DryRun' })).StatusCode, 204);
    assert.equal(service.workerManager.invocations.length, 0);
  });

  test('an event is accepted at once and run afterwards', async () => {
    const { promise: ran, resolve } = Promise.withResolvers<string>();
    const { promise: go, resolve: release } = Promise.withResolvers<void>();
    service.workerManager.behaviour = async ({ payload }) => {
      await go;
      resolve(Buffer.from(payload).toString());
      return outcomeOf(payload);
    };
    const accepted = await invoke({ InvocationType: 'Event', Payload: '{"later":true}' });
    assert.equal(accepted.StatusCode, 202);
    release();
    assert.equal(await ran, '{"later":true}');
  });

  test('no capacity is a TooManyRequestsException that says when to come back', async () => {
    service.workerManager.behaviour = () => Promise.reject(new CapacityError('The queue is full.', 2.5));
    await assert.rejects(invoke(), (error) => {
      assert(error instanceof TooManyRequestsException);
      assert.equal(error.$response?.headers['retry-after'], '3');
      assert.equal(error.Reason, 'ConcurrentInvocationLimitExceeded');
      return true;
    });
  });

  test('what can never be served is refused for good, not for now', async () => {
    service.workerManager.behaviour = () => Promise.reject(new NeverFitsError('Too large.'));
    await assert.rejects(invoke(), { name: 'InvalidParameterValueException', message: 'Too large.' });
  });

  test('a stopping service, a lost instance and a bug are ServiceExceptions', async () => {
    const failures: readonly (readonly [Error, number])[] = [
      [new StoppingError('The service is stopping.'), 503],
      [new InstanceLostError('The instance died.'), 500],
      [new Error('secret detail'), 500],
    ];
    for (const [failure, status] of failures) {
      service.workerManager.behaviour = () => Promise.reject(failure);
      await assert.rejects(invoke(), (error) => {
        assert(error instanceof ServiceException);
        assert.equal(error.$metadata.httpStatusCode, status);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    }
  });

  test('a client that goes away is told to the worker manager', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    service.workerManager.behaviour = ({ payload }, signal) =>
      new Promise((done) => {
        begin();
        signal.addEventListener('abort', () => {
          resolve();
          done(outcomeOf(payload));
        });
      });
    const leaving = new AbortController();
    const answer = client.send(new InvokeCommand({ FunctionName: 'echo' }), { abortSignal: leaving.signal });
    await begun;
    leaving.abort();
    await assert.rejects(answer);
    await gone;
  });

  test('a function that is not there is not found, by the name of the version that would have run', async () => {
    const arn = `arn:aws:lambda:${service.region}:${service.key.account}:function:nobody`;
    const runs: readonly ((Qualifier?: string) => Promise<unknown>)[] = [
      (Qualifier) => client.send(new InvokeCommand({ FunctionName: 'nobody', Qualifier })),
      (Qualifier) => client.send(new InvokeCommand({ FunctionName: 'nobody', Qualifier, InvocationType: 'Event' })),
      (Qualifier) => client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'nobody', Qualifier })),
    ];
    for (const [qualifier, named] of [
      [undefined, '$LATEST'],
      ['$LATEST', '$LATEST'],
      ['7', '7'],
      ['live', 'live'],
    ] as const)
      for (const run of runs)
        await assert.rejects(run(qualifier), (error) => {
          assert(error instanceof ResourceNotFoundException);
          assert.equal(error.message, `Function not found: ${arn}:${named}`);
          return true;
        });
    const reserve = { FunctionName: 'nobody', ReservedConcurrentExecutions: 1 };
    await assert.rejects(client.send(new PutFunctionConcurrencyCommand(reserve)), {
      message: `Function not found: ${arn}:$LATEST`,
    });
    await assert.rejects(client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'nobody' })), {
      message: `Function not found: ${arn}`,
    });
  });

  test('a version or alias that is not there is not found', async () => {
    assert.equal((await invoke({ Qualifier: '$LATEST' })).StatusCode, 200);
    await assert.rejects(invoke({ Qualifier: '3' }), ResourceNotFoundException);
    await assert.rejects(invoke({ FunctionName: 'echo:live' }), ResourceNotFoundException);
    await assert.rejects(invoke({ FunctionName: 'a b' }), (error) => error instanceof LambdaServiceException);
  });
});

test('a function is Pending, refuses to be invoked, and becomes Active when what it needs is there', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  await using service = await startTestFrontend({ prepare: () => ready });
  const client = service.client();
  const ZipFile = await zipOf({ 'index.mjs': '' });
  const FunctionName = 'slow';
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: undefined,
      Code: { ZipFile },
    }),
  );
  assert.equal(created.State, 'Pending');
  await assert.rejects(
    client.send(new InvokeCommand({ FunctionName })),
    (error) => error instanceof ResourceConflictException && /state: Pending/.test(error.message),
  );
  resolve();
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName });
  assert.equal((await client.send(new InvokeCommand({ FunctionName }))).StatusCode, 200);
  await client.send(new DeleteFunctionCommand({ FunctionName }));
});

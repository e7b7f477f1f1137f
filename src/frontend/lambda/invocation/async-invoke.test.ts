import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  type CreateFunctionCommandInput,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { MessageAttributes } from '../../../events/queues/rules/message-attributes.ts';
import type { Invocation, InvocationOutcome } from '../../../model/invocations/invocation.ts';
import { openInProcessStore } from '../../../store/durable/testing/in-process-store.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

/** The next message of a queue called `dead`. */
async function nextDead(): Promise<{ readonly body: string; readonly attributes: MessageAttributes }> {
  const name = { account: service.key.account, name: 'dead' };
  const [message] = await service.queues.inside.receive(name, { max: 1, waitMs: 20_000 });
  assert.ok(message !== undefined, 'Nothing came into the queue.');
  await service.queues.inside.delete(name, [message]);
  return { body: message.body, attributes: message.attributes };
}

let service: TestFrontend;
let client: LambdaClient;
beforeEach(async () => {
  service = await startTestFrontend();
  await service.queues.admin.create({ account: service.key.account, name: 'dead' }, {}, {});
  client = service.client();
  await create('f');
});
afterEach(() => service[Symbol.asyncDispose]());

async function create(
  FunctionName: string,
  of: LambdaClient = client,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<void> {
  await of.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      Code: { ZipFile: await zipOf({ 'index.mjs': '' }) },
      ...more,
    }),
  );
  await waitUntilFunctionActiveV2({ client: of, maxWaitTime: 10, minDelay: 1 }, { FunctionName });
}

const dead = (): string => `arn:aws:sqs:${service.region}:${service.key.account}:dead`;

/** Hands over an event, with headers that the client has no option for. */
async function handOver(
  more: Partial<InvokeCommandInput> = {},
  headers: Record<string, string> = {},
): Promise<InvokeCommandOutput> {
  const command = new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', ...more });
  command.middlewareStack.add(
    (next) => (args) => {
      if (typeof args.request === 'object' && args.request !== null && 'headers' in args.request)
        Object.assign(Object(args.request.headers), headers);
      return next(args);
    },
    { step: 'build' },
  );
  return await client.send(command);
}

/** The next invocation that comes, whose answer is this. */
function nextInvocation(answer?: InvocationOutcome): Promise<Invocation> {
  return new Promise((resolve) => {
    service.workerManager.behaviour = async (invocation) => {
      resolve(invocation);
      return answer ?? outcomeOf(invocation.payload);
    };
  });
}

const failure = outcomeOf(Buffer.from(''), {
  result: { ok: false, functionError: 'Unhandled', payload: Buffer.from('{"errorType":"E","errorMessage":"no"}') },
});

test('the trace, the client context, the qualifier and the request id come along', async () => {
  await client.send(new PublishVersionCommand({ FunctionName: 'f' }));
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }));
  const came = nextInvocation();
  const ClientContext = Buffer.from('{"custom":{"a":1}}').toString('base64');
  const trace = { 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' };
  const accepted = await handOver({ Qualifier: 'live', ClientContext, Payload: '{"n":1}' }, trace);
  const { requestId, payload, traceHeader, clientContext, invokedArn, function: fn } = await came;
  assert.deepEqual([accepted.StatusCode, requestId], [202, accepted.$metadata.requestId]);
  assert.equal(Buffer.from(payload).toString(), '{"n":1}');
  assert.deepEqual([traceHeader, clientContext], [trace['x-amzn-trace-id'], '{"custom":{"a":1}}']);
  assert.match(invokedArn ?? '', /:f:live$/);
  assert.equal(fn.version, '1');
});

test('the tenant comes along', async () => {
  await create('of-tenants', client, { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } });
  const came = nextInvocation();
  await handOver({ FunctionName: 'of-tenants', TenantId: 'blue' });
  assert.equal((await came).tenantId, 'blue');
});

test('an alias leads where it leads when the event is run', async () => {
  for (const Description of ['one', 'two']) {
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Description }));
    await client.send(new PublishVersionCommand({ FunctionName: 'f' }));
  }
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }));
  const first = Promise.withResolvers<InvocationOutcome>();
  const seen: string[] = [];
  const both = Promise.withResolvers<void>();
  service.workerManager.behaviour = async ({ function: fn, payload }) => {
    seen.push(fn.version);
    if (seen.length === 1) await first.promise;
    else both.resolve();
    return outcomeOf(payload);
  };
  // The first is lost with its instance, and run again when the alias leads elsewhere.
  await handOver({ Qualifier: 'live' });
  await client.send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '2' }));
  first.reject(new Error('lost'));
  await both.promise;
  assert.deepEqual(seen, ['1', '2']);
});

test('an event that is given up goes to the dead-letter queue of the function, with why, and as what it was called', async () => {
  const configuration = { FunctionName: 'f', DeadLetterConfig: { TargetArn: dead() } };
  await client.send(new UpdateFunctionConfigurationCommand(configuration));
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' }));
  const config = { FunctionName: 'f', Qualifier: 'live', MaximumRetryAttempts: 0 };
  const { FunctionArn } = await client.send(new PutFunctionEventInvokeConfigCommand(config));
  assert.match(FunctionArn ?? '', /:f:live$/);
  service.workerManager.behaviour = async () => failure;
  const { $metadata } = await handOver({ Payload: '{"order":1}', Qualifier: 'live' });
  assert.deepEqual(await nextDead(), {
    body: '{"order":1}',
    attributes: {
      RequestID: { DataType: 'String', StringValue: $metadata.requestId },
      ErrorMessage: { DataType: 'String', StringValue: 'no' },
      FunctionArn: { DataType: 'String', StringValue: FunctionArn },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
    },
  });
});

test('the largest event that is accepted, and its record, are kept when they are given up, and a stock client receives them', async () => {
  const config = { FunctionName: 'f', MaximumRetryAttempts: 0 };
  await client.send(
    new PutFunctionEventInvokeConfigCommand({ ...config, DestinationConfig: { OnFailure: { Destination: dead() } } }),
  );
  await client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'f', DeadLetterConfig: { TargetArn: dead() } }),
  );
  const error = JSON.stringify({ errorType: 'E', errorMessage: 'x'.repeat(5_000_000) });
  service.workerManager.behaviour = async () =>
    outcomeOf(Buffer.of(), { result: { ok: false, functionError: 'Unhandled', payload: Buffer.from(error) } });
  const Payload = `{"a":"\uffff${'z'.repeat(1_048_576 - 11)}"}`;
  assert.equal(Buffer.byteLength(Payload), 1_048_576);
  await handOver({ Payload });
  const { accessKeyId, secretAccessKey } = service.key;
  const credentials = { accessKeyId, secretAccessKey };
  const sqs = new SQSClient({ endpoint: service.url, region: service.region, credentials });
  const QueueUrl = `${service.url}/${service.key.account}/dead`;
  const bodies: string[] = [];
  while (bodies.length < 2) {
    const asked = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
    // The client itself compares each body with its MD5.
    bodies.push(...((await sqs.send(asked)).Messages ?? []).map(({ Body = '' }) => Body));
  }
  sqs.destroy();
  const event = JSON.parse(Payload);
  const record = bodies.find((body) => body.includes('requestContext'));
  assert.deepEqual(JSON.parse(bodies.find((body) => body !== record) ?? ''), event);
  const { requestPayload, responsePayload } = JSON.parse(record ?? '');
  assert.deepEqual([requestPayload, responsePayload], [event, JSON.parse(error)]);
});

test('a dead-letter queue is kept, shown, published with the version, and taken away; one that is not there is refused', async () => {
  const put = (TargetArn: string) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', DeadLetterConfig: { TargetArn } }));
  const shown = async (Qualifier?: string) =>
    (await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'f', Qualifier }))).DeadLetterConfig;
  await put(dead());
  assert.deepEqual(await shown(), { TargetArn: dead() });
  await client.send(new PublishVersionCommand({ FunctionName: 'f' }));
  await put('');
  assert.equal(await shown(), undefined);
  assert.deepEqual(await shown('1'), { TargetArn: dead() });
  const refused: readonly (readonly [string, RegExp])[] = [
    [`${dead()}-not`, /there is no such queue/],
    [`${dead()}.fifo`, /FIFO/],
    ['arn:aws:s3:::bucket', /should be the ARN of an SQS queue or an SNS topic/],
    ['arn:aws:sns:eu-west-1:123456789012:topic', /"destinations": \{"sns"/],
  ];
  for (const [arn, message] of refused)
    await assert.rejects(put(arn), { name: 'InvalidParameterValueException', message });
});

test('tags say more retries than AWS can, and those that cannot be meant are refused', async () => {
  const Resource = `arn:aws:lambda:${service.region}:${service.key.account}:function:f`;
  const tag = (Tags: Record<string, string>) => client.send(new TagResourceCommand({ Resource, Tags }));
  await tag({ 'heddle:event-retries': '4', 'heddle:event-delays': '1ms' });
  await client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'f',
      DestinationConfig: { OnFailure: { Destination: dead() } },
    }),
  );
  service.workerManager.behaviour = async () => failure;
  await handOver();
  const { requestContext } = JSON.parse((await nextDead()).body);
  assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['RetriesExhausted', 5]);
  for (const tags of [{ 'heddle:event-age': '20d' }, { 'heddle:event-retries': '-1' }, { 'heddle:event-delays': '2x' }])
    await assert.rejects(tag(tags), { name: 'InvalidParameterValueException', message: /The tag heddle:event-/ });
});

const keyed = { 'x-heddle-idempotency-key': 'order-1' };

test('an event with a key is run once, and whoever repeats it is told the first id', async () => {
  const came = nextInvocation();
  const first = await handOver({ Payload: '{"n":1}' }, keyed);
  const again = await handOver({ Payload: '{"n":1}' }, keyed);
  assert.equal(again.StatusCode, 202);
  assert.equal(again.$metadata.requestId, first.$metadata.requestId);
  await came;
  await assert.rejects(handOver({ Payload: '{"n":2}' }, keyed), {
    name: 'ResourceConflictException',
    message: /order-1/,
  });
  await assert.rejects(handOver({}, { 'x-heddle-idempotency-key': 'a b' }), { name: 'InvalidParameterValueException' });
  await create('g');
  const other = await handOver({ FunctionName: 'g', Payload: '{"n":2}' }, keyed);
  assert.notEqual(other.$metadata.requestId, first.$metadata.requestId);
});

test('a request that is waited for with a key runs once: who repeats it meanwhile waits, who does later has the same answer', async () => {
  const go = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  service.workerManager.behaviour = async () => {
    begun.resolve();
    await go.promise;
    return outcomeOf(Buffer.from('"once"'));
  };
  const ask = (more: Partial<InvokeCommandInput> = {}) =>
    handOver({ InvocationType: 'RequestResponse', ...more }, keyed);
  const first = ask();
  await begun.promise;
  const second = ask();
  await assert.rejects(ask({ Payload: '{"other":1}' }), { name: 'ResourceConflictException' });
  go.resolve();
  const answers = [await first, await second, await ask()];
  assert.equal(service.workerManager.invocations.length, 1);
  assert.deepEqual(new Set(answers.map(({ Payload }) => Payload?.transformToString())), new Set(['"once"']));
  assert.deepEqual(new Set(answers.map(({ $metadata }) => $metadata.requestId)).size, 1);
  assert.equal(answers[2]?.ExecutedVersion, '$LATEST');
});

test('a refusal is no answer that is kept', async () => {
  const ask = () => handOver({ InvocationType: 'RequestResponse' }, keyed);
  service.workerManager.behaviour = () => Promise.reject(new Error('broken'));
  await assert.rejects(ask(), { name: 'ServiceException' });
  service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload);
  assert.equal((await ask()).StatusCode, 200);
  const path = '/2021-11-15/functions/f/response-streaming-invocations';
  const headers = await signedHeaders(service, 'POST', path, '{}', { headers: keyed });
  assert.equal((await fetch(service.url + path, { method: 'POST', headers, body: '{}' })).status, 400);
});

test('where the disk is full an event is refused so that clients try again, and calls go on', async () => {
  await using durable = openInProcessStore(':memory:');
  await using full = await startTestFrontend({ eventParts: { durable } });
  const of = full.client();
  await create('f', of);
  durable.limitPages(0);
  const Payload = `"${'x'.repeat(100_000)}"`;
  await assert.rejects(of.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload })), (error) => {
    assert.deepEqual([Object(error).name, Object(error).$metadata.httpStatusCode], ['ServiceException', 503]);
    assert.match(String(error), /no space on the disk/);
    return true;
  });
  assert.equal((await of.send(new InvokeCommand({ FunctionName: 'f', Payload }))).StatusCode, 200);
  durable.limitPages(undefined);
  const event = new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload });
  assert.equal((await of.send(event)).StatusCode, 202);
});

test('nothing is there of events before there is one, and metrics and the snapshot say what there is', async () => {
  const metrics = async (): Promise<string> => await (await fetch(`${service.url}/metrics`)).text();
  assert.match(await metrics(), /^heddle_events_waiting\{kind="function"\} 0$/m);
  const go = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  service.workerManager.behaviour = async ({ payload }) => {
    begun.resolve();
    await go.promise;
    return outcomeOf(payload);
  };
  await handOver();
  await begun.promise;
  const text = await metrics();
  assert.match(text, /^heddle_events_waiting\{kind="function"\} 1$/m);
  assert.match(text, /^heddle_events_in_flight\{kind="function"\} 1$/m);
  assert.match(text, /^heddle_events_total\{what="accepted"\} 1$/m);
  const path = '/heddle/v1/snapshot';
  const snapshot = await (
    await fetch(service.url + path, { headers: await signedHeaders(service, 'GET', path) })
  ).json();
  assert.deepEqual([Object(snapshot).events[0].line, Object(snapshot).events[0].inFlight], ['f', 1]);
  go.resolve();
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import type { Firing, ScheduleTarget } from '../../store/durable/contracts/schedules.ts';
import type { AsyncInvocation } from '../async/async-events.ts';
import { rulesOf } from '../async/rules.ts';
import type { DeliveredMessage } from '../queues/rules/delivered.ts';
import { openTestQueues, type TestQueues } from '../queues/testing/test-queues.ts';
import { deadLetterOf } from './dead-letter.ts';
import { scheduleDelivery } from './deliver.ts';
import { DeliveryError, deliveryError, type ScheduleDelivery } from './delivery.ts';

const account = '123456789012';
const region = 'eu-west-1';
const functionArn = `arn:aws:lambda:${region}:${account}:function:mine`;
const queueArn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
const rules = rulesOf({ config: undefined, tags: {}, deadLetter: undefined, reserved: undefined, egress: {} });
const queueUrl = (name: string, whose = account): string => `http://127.0.0.1:4100/${whose}/${name}`;

let home: string;
let opened: TestQueues;
let delivery: ScheduleDelivery;
let called: AsyncInvocation[];
let tenancy: 'PER_TENANT' | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-deliver-'));
  opened = openTestQueues(home);
  [called, tenancy] = [[], undefined];
  delivery = scheduleDelivery({
    queues: opened.queues.inside,
    region,
    async: {
      accept: async (invocation) => {
        called.push(invocation);
        return { requestId: invocation.requestId, repeated: false };
      },
    },
    targets: {
      target: async (_account, name) => ({
        function: { ...functionOf(name), ...(tenancy && { tenancy }) },
        invokedArn: functionArn,
      }),
      rules: async (_account, name) => (name === 'mine' ? rules : undefined),
    },
  });
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

function firingOf(target: Partial<ScheduleTarget> & { readonly arn: string }): Firing {
  return {
    ...{ id: 1, executionId: 'e1', scheduledAt: 0, dueAt: 0, attempts: 1 },
    schedule: { account, group: 'default', name: 'each' },
    target: { roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600, ...target },
  };
}

async function universal(operation: 'lambda:invoke' | 'sqs:sendMessage', input: object): Promise<void> {
  const arn = `arn:aws:scheduler:::aws-sdk:${operation}`;
  await delivery.occurrence(firingOf({ arn, input: JSON.stringify(input) }), region);
}

async function makeQueue(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<void> {
  const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await opened.queues.admin.create({ account, name }, { ...fifo, ...attributes }, {});
}

async function received(name: string): Promise<readonly DeliveredMessage[]> {
  return await opened.queues.inside.receive({ account, name }, { max: 10, waitMs: 0 });
}

test('a universal target passes on all that its request says to a function', async () => {
  tenancy = 'PER_TENANT';
  await universal('lambda:invoke', {
    ...{ FunctionName: `${functionArn}:live`, Qualifier: 'live', InvocationType: 'Event', LogType: 'None' },
    ClientContext: Buffer.from('{"custom":{"a":1}}').toString('base64'),
    ...{ TenantId: 'blue', Payload: '{"n":"<aws.scheduler.execution-id>"}' },
  });
  const [event] = called;
  assert.ok(event !== undefined);
  const { functionName, qualifier, clientContext, tenantId, payload } = event;
  assert.deepEqual(
    [functionName, qualifier, clientContext, tenantId, Buffer.from(payload).toString()],
    ['mine', 'live', '{"custom":{"a":1}}', 'blue', '{"n":"e1"}'],
  );
  await assert.rejects(universal('lambda:invoke', { FunctionName: 'mine' }), {
    code: 'InvalidParameterValueException',
    message: /Add a valid tenant ID/,
    mayPass: false,
  });
});

test('and to a queue', async () => {
  await makeQueue('q');
  await makeQueue('q.fifo');
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'night' },
    bytes: { DataType: 'Binary', BinaryValue: 'AAE=' },
  };
  await universal('sqs:sendMessage', {
    ...{ QueueUrl: queueUrl('q'), MessageBody: 'one', MessageAttributes, MessageGroupId: 'fair' },
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
  });
  const [one] = await received('q');
  assert.deepEqual(
    [one?.body, one?.attributes, one?.systemAttributes['AWSTraceHeader'], one?.systemAttributes['MessageGroupId']],
    ['one', MessageAttributes, 'Root=1-2-3', 'fair'],
  );
  await universal('sqs:sendMessage', { QueueUrl: queueUrl('q'), MessageBody: 'late', DelaySeconds: 900 });
  assert.equal((await opened.queues.admin.get({ account, name: 'q' })).depth.delayed, 1);
  const order = { QueueUrl: queueUrl('q.fifo'), MessageGroupId: 'g', MessageDeduplicationId: 'own' };
  await universal('sqs:sendMessage', { ...order, MessageBody: 'first' });
  const [first] = await received('q.fifo');
  assert.deepEqual([first?.body, first?.systemAttributes['MessageDeduplicationId']], ['first', 'own']);
});

test('what is of another account or region is nobody’s, and is not tried again', async () => {
  await makeQueue('q');
  const foreign = [
    ['lambda:invoke', { FunctionName: functionArn.replace(account, '999999999999') }],
    ['lambda:invoke', { FunctionName: '999999999999:function:mine' }],
    ['lambda:invoke', { FunctionName: functionArn.replace(region, 'us-east-1') }],
    ['sqs:sendMessage', { QueueUrl: queueUrl('q', '999999999999'), MessageBody: 'x' }],
    ['sqs:sendMessage', { QueueUrl: `https://sqs.us-east-1.amazonaws.com/${account}/q`, MessageBody: 'x' }],
    ['sqs:sendMessage', { QueueUrl: 'q', MessageBody: 'x' }],
  ] as const;
  for (const [operation, input] of foreign)
    await assert.rejects(universal(operation, input), { name: 'DeliveryError', mayPass: false }, JSON.stringify(input));
  assert.deepEqual([called, await received('q')], [[], []]);
});

test('what is missing is said once', async () => {
  await assert.rejects(delivery.occurrence(firingOf({ arn: queueArn('none') }), region), (error) => {
    assert.ok(error instanceof DeliveryError);
    assert.equal(error.message, `There is no queue none in the account ${account}.`);
    assert.deepEqual([error.cause, error.mayPass], [undefined, false]);
    return true;
  });
  const full = new Error('The disk is full.', { cause: new Error('ENOSPC') });
  const failure = deliveryError(full);
  assert.deepEqual([failure.message, failure.cause, failure.mayPass], [full.message, full.cause, true]);
});

test('a message of a templated target names its occurrence to FIFO queues only', async () => {
  await makeQueue('q');
  await makeQueue('q.fifo');
  for (const name of ['q', 'q.fifo']) {
    await delivery.occurrence(firingOf({ arn: queueArn(name), messageGroupId: 'g', input: 'x' }), region);
    const [message] = await received(name);
    assert.equal(message?.systemAttributes['MessageDeduplicationId'], name === 'q' ? undefined : 'e1');
  }
});

test('a dead letter is cut to what its queue takes, and says so; one that is refused all the same is told', async () => {
  await makeQueue('small', { MaximumMessageSize: '1024' });
  const deadLetterArn = queueArn('small');
  const sent = async (input: string, message: string): Promise<string | undefined> => {
    const firing = firingOf({ arn: functionArn, input, deadLetterArn });
    const letter = deadLetterOf(firing, { code: 'Refused', message }, 'MaximumRetryAttempts', region);
    return await delivery.deadLetter(firing, letter);
  };
  assert.equal(await sent('é'.repeat(2_500), 'No.'), undefined);
  assert.equal(await sent('{}', 'No! '.repeat(1_000)), undefined);
  assert.match((await sent('\u0001', 'No.')) ?? '', /^Invalid characters were found\./);
  const letters = await received('small');
  assert.equal(letters.length, 2);
  const cut = letters.find(({ body }) => body.startsWith('é'));
  const whole = letters.find(({ body }) => body === '{}');
  assert.ok(cut !== undefined && /^é{200,}$/.test(cut.body));
  const of = (message: DeliveredMessage | undefined, name: string): string | undefined =>
    message?.attributes[name]?.StringValue;
  assert.deepEqual([of(cut, 'IS_PAYLOAD_TRUNCATED'), of(cut, 'ERROR_MESSAGE')], ['true', 'No.']);
  assert.equal(of(whole, 'IS_PAYLOAD_TRUNCATED'), 'false');
  assert.match(of(whole, 'ERROR_MESSAGE') ?? '', /^(No! ){50,}/);
  const lost = firingOf({ arn: functionArn, deadLetterArn: queueArn('none') });
  const letter = deadLetterOf(lost, { code: 'Refused', message: '' }, 'MaximumRetryAttempts', region);
  assert.match((await delivery.deadLetter(lost, letter)) ?? '', /^There is no queue none in the account/);
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  PutFunctionRecursionConfigCommand,
  UpdateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { startRecorder, type Recorder } from './recorder.ts';

// Queues with functions on them, by the stock AWS clients, with services that are killed and stopped.

interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Posts what it got to `/NAME/batch`, fails where a body is "fail", and says that those failed whose body is "bad". */
const takes = (port: number, name: string): string => `exports.handler = async (event) => {
  await fetch('http://host.heddle.internal:${port}/${name}/batch', { method: 'POST', body: JSON.stringify(event) });
  const bodies = event.Records.map(({ body }) => body);
  if (bodies.includes('fail')) throw new Error('told to');
  const bad = event.Records.filter(({ body }) => body === 'bad');
  return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver =
  isolating.find(({ name, skip }) => name === 'host' && skip === false) ??
  isolating.find(({ skip }) => skip === false) ??
  isolating[0];

describe('a queue with a function on it', { skip: driver?.skip ?? 'no driver' }, () => {
  let recorder: Recorder;
  let home: string;
  let service: RunningService;
  let sqs: SQSClient;
  const start = async (): Promise<void> => {
    service = await startHeddle(home, '--driver', driver?.name ?? 'host', ...littleWarm, '--stop-wait', '1s');
    const { credentials } = service.client.config;
    sqs = new SQSClient({ endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  };
  before(async () => {
    recorder = await startRecorder();
    home = await newHome();
    await start();
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
  });

  async function queue(name: string, Attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
    const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    const found = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
    return { url, arn: found.Attributes?.['QueueArn'] ?? '' };
  }

  /** A function that tells the recorder by its name, with a mapping. */
  async function fed(
    name: string,
    EventSourceArn: string,
    more: Partial<CreateEventSourceMappingCommandInput> = {},
  ): Promise<string> {
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}` };
    await deploy(service, name, takes(recorder.port, name), { Tags, Timeout: 1 });
    const made = await service.client.send(
      new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn, ...more }),
    );
    assert.equal(made.State, 'Creating');
    return made.UUID ?? '';
  }

  const send = async (url: string, ...bodies: readonly string[]): Promise<void> => {
    const Entries = bodies.map((MessageBody, n) => ({ Id: `${n}`, MessageBody }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    assert.deepEqual(Failed ?? [], []);
  };
  const batchesOf = (name: string): readonly (readonly SqsRecord[])[] =>
    (recorder.posted.get(`/${name}/batch`) ?? []).map((text) => JSON.parse(text).Records);
  const bodiesOf = (name: string): readonly string[] =>
    batchesOf(name)
      .flat()
      .map(({ body }) => body);
  /** Messages that are there, hidden ones too. */
  async function depth(url: string): Promise<number> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    return (
      Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
    );
  }
  const empty = async (url: string): Promise<void> => {
    while ((await depth(url)) > 0) await wait(10);
  };

  test('its messages come in batches, as AWS words them, and are gone when the function took them', async () => {
    const { url, arn } = await queue('orders');
    await fed('takes-orders', arn, { BatchSize: 4 });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: 'first',
        MessageAttributes: { kind: { DataType: 'Number', StringValue: '7' } },
      }),
    );
    await recorder.until(() => bodiesOf('takes-orders').includes('first'));
    const record = Object(batchesOf('takes-orders')[0]?.[0]);
    assert.deepEqual(
      [record.eventSource, record.eventSourceARN, record.awsRegion, record.messageAttributes],
      [
        'aws:sqs',
        arn,
        'us-east-1',
        { kind: { stringValue: '7', stringListValues: [], binaryListValues: [], dataType: 'Number' } },
      ],
    );
    assert.equal(record.attributes.ApproximateReceiveCount, '1');
    await send(url, ...Array.from({ length: 10 }, (_, n) => `${n}`));
    await recorder.until(() => bodiesOf('takes-orders').length >= 11);
    assert.ok(batchesOf('takes-orders').every(({ length }) => length <= 4));
    await empty(url);
    assert.equal(bodiesOf('takes-orders').length, 11);
  });

  test('a batch is gathered until it is full; what the filters do not want is gone without the function', async () => {
    const { url, arn } = await queue('gathered');
    const FilterCriteria = { Filters: [{ Pattern: '{"body":{"n":[{"numeric":[">",0]}]}}' }] };
    await fed('gathers', arn, { BatchSize: 12, MaximumBatchingWindowInSeconds: 300, FilterCriteria });
    await send(url, ...Array.from({ length: 10 }, (_, n) => JSON.stringify({ n })));
    await send(url, '{"n":10}', 'no JSON');
    await empty(url);
    assert.deepEqual(
      batchesOf('gathers').map((batch) =>
        batch.map(({ body }) => Number(JSON.parse(body).n)).toSorted((a, b) => a - b),
      ),
      [Array.from({ length: 10 }, (_, n) => n + 1)],
    );
  });

  test('of a batch only what failed comes again, and what failed too often goes to the dead-letter queue', async () => {
    const dead = await queue('dead');
    const { url, arn } = await queue('some', {
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    });
    await fed('some', arn, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await send(url, 'good', 'bad');
    const left = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dead.url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }),
    );
    assert.deepEqual(
      left.Messages?.map(({ Body }) => Body),
      ['bad'],
    );
    assert.deepEqual(bodiesOf('some').toSorted(), ['bad', 'bad', 'good']);
    await empty(url);
    await send(url, 'fail');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead.url, WaitTimeSeconds: 20 }));
    assert.equal(Messages?.[0]?.Body, 'fail');
  });

  test('no more batches run at a time than it says', async () => {
    const { url, arn } = await queue('bounded');
    await fed('bounded', arn, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    recorder.hold('bounded');
    await send(url, 'a', 'b', 'c', 'd', 'e');
    await recorder.until(() => bodiesOf('bounded').length === 2);
    recorder.letGo('bounded');
    await empty(url);
    assert.ok(recorder.most('bounded') <= 2, `${recorder.most('bounded')} at a time`);
  });

  test('one that is disabled takes nothing; one that is removed lets its function end, and takes nothing', async () => {
    const { url, arn } = await queue('switched', { VisibilityTimeout: '10' });
    const UUID = await fed('switched', arn);
    await service.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await send(url, 'waits');
    assert.equal((await service.client.send(new GetEventSourceMappingCommand({ UUID }))).State, 'Disabled');
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20, VisibilityTimeout: 0 }),
    );
    assert.equal(Messages?.[0]?.Body, 'waits');
    recorder.hold('switched');
    await service.client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await recorder.until(() => bodiesOf('switched').includes('waits'));
    await service.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    await send(url, 'stays');
    recorder.letGo('switched');
    while ((await depth(url)) !== 1) await wait(10);
    const stays = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    assert.equal(stays.Messages?.[0]?.Body, 'stays');
    assert.deepEqual(bodiesOf('switched'), ['waits']);
  });

  test('a function that sends to its own queue is stopped after 16 times, as on AWS, unless it may go on', async () => {
    const { url, arn } = await queue('loop', { VisibilityTimeout: '30' });
    const inside = new URL(new URL(url).pathname, 'http://heddle.internal');
    const code = `const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
      const sqs = new SQSClient({});
      exports.handler = async ({ Records: [{ body }] }) => {
        await fetch('http://host.heddle.internal:${recorder.port}/looped/' + body);
        if (body < 20) await sqs.send(new SendMessageCommand({ QueueUrl: '${inside.href}', MessageBody: String(+body + 1) }));
      };`;
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}` };
    await deploy(service, 'loops', code, { Tags, Timeout: 30, MemorySize: 512 });
    const { client } = service;
    await client.send(
      new CreateEventSourceMappingCommand({ FunctionName: 'loops', EventSourceArn: arn, BatchSize: 1 }),
    );
    await send(url, '1');
    const dropped = /^heddle_recursive_invocations_dropped_total 1$/m;
    while (!dropped.test(await (await fetch(new URL('/metrics', service.url))).text())) await wait(10);
    const told = (): readonly string[] => recorder.told.get('looped') ?? [];
    assert.deepEqual(
      told(),
      Array.from({ length: 16 }, (_, n) => `${n + 1}`),
    );
    await client.send(new PutFunctionRecursionConfigCommand({ FunctionName: 'loops', RecursiveLoop: 'Allow' }));
    await send(url, '1');
    await recorder.until(() => told().includes('20'));
  });

  // That it is so after kill -9, too, is in proof.test.ts.
  test('what ran and what waited when the service was stopped is taken by the next one', async () => {
    const how = 'stopped';
    const { url, arn } = await queue(how, { VisibilityTimeout: '2' });
    await fed(how, arn, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    recorder.hold(how);
    await send(url, 'a', 'b', 'c');
    await recorder.until(() => bodiesOf(how).length === 2);
    const [ran = []] = batchesOf(how);
    await service.kill('SIGTERM');
    recorder.letGo(how);
    sqs.destroy();
    await start();
    await empty(url);
    const again = batchesOf(how)
      .flat()
      .filter(({ messageId }) => messageId === ran[0]?.messageId);
    assert.ok(again.length >= 2, 'it is done again');
    assert.ok(Number(again.at(-1)?.attributes['ApproximateReceiveCount']) >= 2);
    assert.deepEqual([...new Set(bodiesOf(how))].toSorted(), ['a', 'b', 'c']);
  });
});

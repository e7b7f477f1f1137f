import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  type CreateEventSourceMappingCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

let service: TestFrontend;
let client: LambdaClient;
before(async () => {
  service = await startTestFrontend();
  client = service.client();
  for (const FunctionName of ['one', 'two'])
    await client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/any',
        Handler: 'index.handler',
        Timeout: 20,
        Code: { ZipFile: await zipOf({ 'index.js': '' }) },
      }),
    );
});
after(() => service[Symbol.asyncDispose]());

async function queue(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  await service.queues.admin.create({ account: service.key.account, name }, attributes, {});
  return `arn:aws:sqs:${service.region}:${service.key.account}:${name}`;
}

type More = Partial<CreateEventSourceMappingCommandInput>;

async function create(EventSourceArn: string, more: More = {}): Promise<CreateEventSourceMappingCommandOutput> {
  const command = new CreateEventSourceMappingCommand({ FunctionName: 'one', Enabled: false, EventSourceArn, ...more });
  return await client.send(command);
}

test('a mapping is made, read, listed, changed and removed', async () => {
  const arn = await queue('lives');
  const Filters = [{ Pattern: '{"body":{"n":[1]}}' }];
  const made = await create(arn, { BatchSize: 7, FilterCriteria: { Filters }, Tags: { a: '1' } });
  const { UUID } = made;
  assert.deepEqual([made.State, made.BatchSize, made.FilterCriteria?.Filters], ['Creating', 7, Filters]);
  const read = await client.send(new GetEventSourceMappingCommand({ UUID }));
  assert.deepEqual([read.State, read.LastProcessingResult], ['Disabled', 'No records processed']);
  const listed = await client.send(new ListEventSourceMappingsCommand({ EventSourceArn: arn, FunctionName: 'one' }));
  assert.deepEqual(
    listed.EventSourceMappings?.map((each) => each.UUID),
    [UUID],
  );
  await client.send(
    new UpdateEventSourceMappingCommand({
      UUID,
      BatchSize: 3,
      FilterCriteria: {},
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  const changed = await client.send(new GetEventSourceMappingCommand({ UUID }));
  assert.deepEqual(
    [changed.BatchSize, changed.FilterCriteria, changed.FunctionResponseTypes],
    [3, undefined, ['ReportBatchItemFailures']],
  );
  assert.equal((await client.send(new DeleteEventSourceMappingCommand({ UUID }))).State, 'Deleting');
  await assert.rejects(client.send(new GetEventSourceMappingCommand({ UUID })), { name: 'ResourceNotFoundException' });
});

test('its tags are its own, and stay when it is changed', async () => {
  const { UUID, EventSourceMappingArn: Resource } = await create(await queue('tagged'), { Tags: { a: '1', b: '2' } });
  await client.send(new TagResourceCommand({ Resource, Tags: { c: '3' } }));
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }));
  await client.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 2 }));
  assert.deepEqual((await client.send(new ListTagsCommand({ Resource }))).Tags, { b: '2', c: '3' });
  await assert.rejects(client.send(new TagResourceCommand({ Resource, Tags: { 'aws:x': '1' } })), /must .* not begin/);
  const other = Resource?.replace(service.key.account, '999999999999');
  await assert.rejects(client.send(new ListTagsCommand({ Resource: other })), {
    name: 'ResourceNotFoundException',
    message: `Event source mapping not found: ${other}`,
  });
});

test('a mapping whose function is gone says so, receives nothing more, and can be stopped', async () => {
  const EventSourceArn = await queue('left');
  const FunctionName = 'leaves';
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      Code: { ZipFile: await zipOf({ 'index.js': '' }) },
    }),
  );
  const { UUID } = await create(EventSourceArn, { FunctionName, Enabled: true });
  const waits = async (many: number): Promise<void> => {
    while (service.queues.waiting !== many) await setImmediate();
  };
  await waits(1);
  await client.send(new DeleteFunctionCommand({ FunctionName }));
  await waits(0);
  const name = { account: service.key.account, name: 'left' };
  await service.queues.inside.send(name, { body: 'stays' });
  const told = async (): Promise<string | undefined> =>
    (await client.send(new GetEventSourceMappingCommand({ UUID }))).LastProcessingResult;
  while ((await told()) !== 'PROBLEM: Function not found') await setImmediate();
  const [message] = await service.queues.inside.receive(name, { max: 1, waitMs: 0 });
  assert.equal(message?.systemAttributes['ApproximateReceiveCount'], '1');
  const stopped = await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  assert.equal(stopped.State, 'Updating');
  assert.equal((await client.send(new GetEventSourceMappingCommand({ UUID }))).State, 'Disabled');
  await assert.rejects(client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true })), {
    name: 'ResourceNotFoundException',
  });
});

test('two are never alike', async () => {
  const arn = await queue('twice');
  const { UUID } = await create(arn);
  await assert.rejects(create(arn), { name: 'ResourceConflictException', message: new RegExp(`UUID ${UUID}`) });
  const { UUID: second } = await create(arn, { FunctionName: 'two' });
  const change = new UpdateEventSourceMappingCommand({ UUID: second, FunctionName: 'one' });
  await assert.rejects(client.send(change), { name: 'ResourceConflictException', message: new RegExp(`UUID ${UUID}`) });
});

test('what cannot be is refused, as AWS does', async () => {
  const arn = await queue('refuses');
  const name = 'InvalidParameterValueException';
  const refused = async (words: RegExp, more: More, source = arn): Promise<void> =>
    await assert.rejects(create(source, more), { name, message: words });
  await refused(/NonExistentQueue/, {}, arn.replace('refuses', 'none'));
  await refused(/visibility timeout: 5 seconds is less/, {}, await queue('brief', { VisibilityTimeout: '5' }));
  await refused(/window in seconds must be greater than 0/, { BatchSize: 11 });
  await refused(
    /Batching window is not supported for FIFO/,
    { MaximumBatchingWindowInSeconds: 1 },
    await queue('f.fifo', { FifoQueue: 'true' }),
  );
  await refused(/Unsupported StartingPosition/, { StartingPosition: 'LATEST' });
  await refused(/Invalid filter pattern definition/, {
    FilterCriteria: { Filters: [{ Pattern: '{"body":[{"no":1}]}' }] },
  });
  const Destination = await queue('dead');
  await refused(/Unsupported DestinationConfig/, { DestinationConfig: { OnFailure: { Destination } } });
  await assert.rejects(create(arn, { FunctionName: 'none' }), { name: 'ResourceNotFoundException' });
});

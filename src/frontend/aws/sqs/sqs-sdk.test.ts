import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  SQSServiceException,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
  type QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { createAccount } from '../../../store/credentials.ts';
import type { AccessKey } from '../../../store/contract.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

describe('SQS by the SDK for JavaScript', () => {
  let service: TestFrontend;
  let sqs: SQSClient;
  const clients: SQSClient[] = [];
  before(async () => {
    service = await startTestFrontend();
    sqs = clientOf(service.key);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await service[Symbol.asyncDispose]();
  });

  function clientOf({ accessKeyId, secretAccessKey }: AccessKey): SQSClient {
    const credentials = { accessKeyId, secretAccessKey };
    const client = new SQSClient({ endpoint: service.url, region: service.region, credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  }
  let names = 0;
  async function queue(attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<string> {
    const name = `q${(names += 1)}${attributes.FifoQueue === 'true' ? '.fifo' : ''}`;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    assert.equal(QueueUrl, `${service.url}/${service.key.account}/${name}`);
    return QueueUrl;
  }
  const arnOf = (url: string): string =>
    `arn:aws:sqs:${service.region}:${new URL(url).pathname.slice(1).replace('/', ':')}`;
  async function attribute(QueueUrl: string, name: QueueAttributeName): Promise<string | undefined> {
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];
  }
  async function refused(sending: Promise<unknown>, name: string, message: RegExp, status = 400): Promise<void> {
    await assert.rejects(sending, (error) => {
      assert(error instanceof SQSServiceException, String(error));
      assert.equal(error.name, name);
      assert.match(error.message, message);
      assert.equal(error.$metadata.httpStatusCode, status);
      return true;
    });
  }

  test('a message with attributes arrives as it was sent, with checksums that the SDK checks', async () => {
    const QueueUrl = await queue();
    const MessageBody = 'Grüße <&"\'> \r\n\t 𝄞';
    const attributes = {
      text: { DataType: 'String.label', StringValue: 'ü' },
      number: { DataType: 'Number', StringValue: '-1.5e3' },
      bytes: { DataType: 'Binary', BinaryValue: randomBytes(9) },
    };
    const trace = { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' } };
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: attributes, MessageSystemAttributes: trace }),
    );
    assert.match(sent.MD5OfMessageSystemAttributes ?? '', /^[0-9a-f]{32}$/);
    const receive = { QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand(receive));
    assert.equal(message?.Body, MessageBody);
    assert.equal(message.MessageId, sent.MessageId);
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(Object.keys(message.MessageAttributes ?? {}).toSorted(), ['bytes', 'number', 'text']);
    assert.deepEqual(
      Buffer.from(message.MessageAttributes?.['bytes']?.BinaryValue ?? []),
      attributes.bytes.BinaryValue,
    );
    assert.equal(message.Attributes?.ApproximateReceiveCount, '1');
    assert.equal(message.Attributes.SenderId, service.key.account);
    assert.equal(message.Attributes.AWSTraceHeader, trace.AWSTraceHeader.StringValue);
    assert.equal(await attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible'), '1');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    assert.equal(await attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible'), '0');
  });

  test('who waits gets what comes; what is given back comes again; what nobody gets is no message', async () => {
    const QueueUrl = await queue();
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 600 }));
    while (service.queues.waiting === 0) await new Promise(setImmediate);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    const { Messages: [first] = [] } = await waiting;
    assert.equal(first?.Body, 'one');
    const again = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    while (service.queues.waiting === 0) await new Promise(setImmediate);
    const give = { QueueUrl, ReceiptHandle: first.ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(give));
    assert.equal((await again).Messages?.[0]?.MessageId, first.MessageId);
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
    await refused(sqs.send(new ChangeMessageVisibilityCommand(give)), 'MessageNotInflight', /not in flight/);
    const delayed = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 1 }));
    assert.equal((await delayed).Messages?.[0]?.Body, 'late');
  });

  test('batches say of each entry what came of it', async () => {
    const QueueUrl = await queue({ MaximumMessageSize: '1024' });
    const entry = (Id: string, MessageBody: string): { Id: string; MessageBody: string } => ({ Id, MessageBody });
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [entry('a', '1'), entry('b', 'x'.repeat(1_025)), entry('c', '2')],
      }),
    );
    assert.deepEqual(
      sent.Successful?.map(({ Id }) => Id),
      ['a', 'c'],
    );
    assert.deepEqual(
      [sent.Failed?.[0]?.Id, sent.Failed?.[0]?.Code, sent.Failed?.[0]?.SenderFault],
      ['b', 'InvalidParameterValue', true],
    );
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
    assert.equal(handles.length, 2);
    const changed = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: handles.map((one) => ({ ...one, VisibilityTimeout: 100 })),
      }),
    );
    assert.equal(changed.Successful?.length, 2);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles, { Id: 'bad', ReceiptHandle: 'nonsense' }] }),
    );
    assert.deepEqual([deleted.Successful?.length, deleted.Failed?.[0]?.Code], [2, 'ReceiptHandleIsInvalid']);
    const many = Array.from({ length: 11 }, (_, index) => entry(`e${index}`, 'x'));
    const batch = (Entries: { Id: string; MessageBody: string }[]): Promise<unknown> =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await refused(
      batch(many),
      'TooManyEntriesInBatchRequest',
      /Maximum number of entries per request are 10\. You have sent 11\./,
    );
    await refused(batch([]), 'EmptyBatchRequest', /at least one SendMessageBatchRequestEntry/);
    await refused(batch([entry('a', 'x'), entry('a', 'y')]), 'BatchEntryIdsNotDistinct', /Id a repeated/);
    await refused(batch([entry('a b', 'x')]), 'InvalidBatchEntryId', /can only contain alphanumeric/);
  });

  test('a message may have 1 MiB, and a batch no more together', async () => {
    const QueueUrl = await queue();
    const largest = 'x'.repeat(1_048_576);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: largest }));
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    assert.equal(message?.Body, largest);
    const over = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${largest}x` }));
    await refused(over, 'InvalidParameterValue', /Message must be shorter than 1048576 bytes/);
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: largest.slice(0, 524_289) }));
    const batch = sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await refused(batch, 'BatchRequestTooLong', /cannot be longer than 1048576 bytes. You have sent 1048578 bytes/);
    await refused(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'bell \u0007' })),
      'InvalidMessageContents',
      /Invalid characters/,
    );
  });

  test('a FIFO queue: order within groups, duplicates, sequence numbers, what it needs', async () => {
    const QueueUrl = await queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const send = (MessageBody: string, MessageGroupId: string, MessageDeduplicationId?: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }));
    const first = await send('1', 'a');
    const again = await send('1', 'a');
    assert.deepEqual([again.MessageId, again.SequenceNumber], [first.MessageId, first.SequenceNumber]);
    const second = await send('2', 'a', 'by-id');
    assert((second.SequenceNumber ?? '') > (first.SequenceNumber ?? ''));
    await send('3', 'b');
    const take = (more: object = {}) =>
      sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'], ...more }),
      );
    const { Messages: [one] = [] } = await take({ ReceiveRequestAttemptId: 'try' });
    assert.deepEqual([one?.Body, one?.Attributes?.MessageGroupId], ['1', 'a']);
    assert.equal(one?.Attributes?.SequenceNumber, first.SequenceNumber);
    assert.equal((await take({ ReceiveRequestAttemptId: 'try' })).Messages?.[0]?.ReceiptHandle, one?.ReceiptHandle);
    assert.equal((await take()).Messages?.[0]?.Body, '3');
    assert.equal((await take()).Messages, undefined);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one?.ReceiptHandle }));
    assert.equal((await take()).Messages?.[0]?.Body, '2');
    const without = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await refused(without, 'MissingParameter', /must contain the parameter MessageGroupId/);
    await refused(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'a', DelaySeconds: 2 })),
      'InvalidParameterValue',
      /Value 2 for parameter DelaySeconds is invalid\. Reason: The request include parameter that is not valid for this queue type/,
    );
  });

  test('what fails too often is set aside, and comes back by a task', async () => {
    const dead = await queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 2 });
    const QueueUrl = await queue({ RedrivePolicy, VisibilityTimeout: '0' });
    const same = JSON.stringify({ maxReceiveCount: '2', deadLetterTargetArn: arnOf(dead) });
    const again = { QueueName: QueueUrl.split('/').at(-1), Attributes: { RedrivePolicy: same } };
    assert.equal((await sqs.send(new CreateQueueCommand(again))).QueueUrl, QueueUrl);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    const seen = { QueueUrl, MessageSystemAttributeNames: ['ApproximateFirstReceiveTimestamp' as const] };
    const { Messages: [once] = [] } = await sqs.send(new ReceiveMessageCommand(seen));
    const firstMs = once?.Attributes?.ApproximateFirstReceiveTimestamp ?? '';
    while (Date.now() <= Number(firstMs)) await new Promise(setImmediate);
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.length, 1);
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
    const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    assert.deepEqual(sources.queueUrls, [QueueUrl]);
    const look = { QueueUrl: dead, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All' as const] };
    const { Messages: [set] = [] } = await sqs.send(new ReceiveMessageCommand(look));
    assert.equal(set?.Attributes?.DeadLetterQueueSourceArn, arnOf(QueueUrl));
    assert.equal(set.Attributes.ApproximateReceiveCount, '3');
    assert.equal(set.Attributes.ApproximateFirstReceiveTimestamp, firstMs);
    for (const names of [{ AttributeNames: ['Foo'] }, { MessageSystemAttributeNames: ['Foo'] }])
      await refused(
        // @ts-expect-error -- it is no attribute
        sqs.send(new ReceiveMessageCommand({ QueueUrl, ...names })),
        'InvalidAttributeName',
        /Unknown Attribute Foo/,
      );
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 60 }));
    while (service.queues.waiting === 0) await new Promise(setImmediate);
    const { TaskHandle } = await sqs.send(
      new StartMessageMoveTaskCommand({ SourceArn: arnOf(dead), MaxNumberOfMessagesPerSecond: 500 }),
    );
    assert.notEqual(TaskHandle, undefined);
    assert.equal((await waiting).Messages?.[0]?.Body, 'poison');
    const list = new ListMessageMoveTasksCommand({ SourceArn: arnOf(dead), MaxResults: 10 });
    const task = async () => (await sqs.send(list)).Results?.[0];
    while ((await task())?.Status !== 'COMPLETED') await new Promise(setImmediate);
    assert.equal((await task())?.ApproximateNumberOfMessagesMoved, 1);
    const over = sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    await refused(over, 'UnsupportedOperation', /Only active tasks can be cancelled/);
    const notDead = sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf(QueueUrl) }));
    await refused(notDead, 'InvalidParameterValue', /must be configured as a Dead Letter Queue/);
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: dead,
        Attributes: { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' },
      }),
    );
    const another = sqs.send(new CreateQueueCommand({ QueueName: 'not-allowed', Attributes: { RedrivePolicy } }));
    await refused(another, 'InvalidParameterValue', /does not allow this source/);
  });

  test('attributes are those of AWS, with its words for what they must not be', async () => {
    const QueueUrl = await queue({ VisibilityTimeout: '60' });
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { CreatedTimestamp, LastModifiedTimestamp, QueueArn, ...others } = Attributes;
    assert.equal(QueueArn, arnOf(QueueUrl));
    assert.equal(CreatedTimestamp, LastModifiedTimestamp);
    assert.deepEqual(others, {
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'false',
      VisibilityTimeout: '60',
    });
    const name = QueueUrl.split('/').at(-1) ?? '';
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '60' } }));
    const other = sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { DelaySeconds: '1' } }));
    await refused(other, 'QueueNameExists', /different value for attribute DelaySeconds/);
    const set = (Attributes: Partial<Record<QueueAttributeName, string>>) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await refused(set({ FifoQueue: 'true' }), 'InvalidAttributeName', /Unknown Attribute FifoQueue\./);
    await refused(set({ DeduplicationScope: 'queue' }), 'InvalidAttributeName', /only when FifoQueue is set to true/);
    await refused(set({ VisibilityTimeout: '43201' }), 'InvalidAttributeValue', /parameter VisibilityTimeout/);
    await refused(set({ Policy: '{"Statement":1}' }), 'InvalidAttributeValue', /parameter Policy/);
    await refused(set({ KmsMasterKeyId: 'alias/aws/sqs' }), 'InvalidAttributeValue', /not encrypted by this service/);
    await refused(sqs.send(new CreateQueueCommand({ QueueName: 'a.b' })), 'InvalidParameterValue', /1 to 80 in length/);
    const none = sqs.send(new GetQueueUrlCommand({ QueueName: 'none' }));
    await assert.rejects(none, QueueDoesNotExist);
    await refused(none, 'QueueDoesNotExist', /The specified queue does not exist/);
  });

  test('tags, lists by page, purges and removals', async () => {
    const QueueUrl = await queue();
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { stage: 'dev', team: 'x' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['team'] }));
    assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { stage: 'dev' });
    for (const n of [1, 2, 3]) await sqs.send(new CreateQueueCommand({ QueueName: `list-${n}` }));
    const pages: (readonly string[])[] = [];
    for await (const page of paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: 'list-' }))
      pages.push((page.QueueUrls ?? []).map((url) => url.split('/').at(-1) ?? ''));
    assert.deepEqual(pages, [['list-1', 'list-2'], ['list-3']]);
    assert.equal((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'list-' }))).NextToken, undefined);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
    await refused(
      sqs.send(new PurgeQueueCommand({ QueueUrl })),
      'PurgeQueueInProgress',
      /Only one PurgeQueue operation on q\d+ is allowed every 60 seconds/,
      403,
    );
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const gone = refused(waiting, 'QueueDoesNotExist', /does not exist/);
    while (service.queues.waiting === 0) await new Promise(setImmediate);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await gone;
    await refused(sqs.send(new DeleteQueueCommand({ QueueUrl })), 'QueueDoesNotExist', /does not exist/);
  });

  test('a queue is found by its URL whatever host is in it, and the URL is that by which the service was found', async () => {
    const QueueUrl = await queue();
    const elsewhere = `https://sqs.eu-west-1.amazonaws.com${new URL(QueueUrl).pathname}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: elsewhere, MessageBody: 'x' }));
    assert.equal(await attribute(QueueUrl, 'ApproximateNumberOfMessages'), '1');
    await refused(
      sqs.send(new SendMessageCommand({ QueueUrl: 'http://x/none', MessageBody: 'x' })),
      'InvalidAddress',
      /not valid for this endpoint/,
      404,
    );
  });

  test('other accounts see nothing, unless a permission or a policy says so; a policy can deny its own account, too', async () => {
    const other = await createAccount(service.store, Date.now());
    const theirs = clientOf(other);
    const QueueUrl = await queue();
    const send = new SendMessageCommand({ QueueUrl, MessageBody: 'x' });
    await refused(theirs.send(send), 'QueueDoesNotExist', /does not exist/);
    const permission = {
      QueueUrl,
      Label: 'senders',
      AWSAccountIds: [other.account],
      Actions: ['SendMessage', 'GetQueueUrl'],
    };
    await sqs.send(new AddPermissionCommand(permission));
    await refused(
      sqs.send(new AddPermissionCommand(permission)),
      'InvalidParameterValue',
      /Value senders for parameter Label is invalid\. Reason: Already exists/,
    );
    await theirs.send(send);
    const name = { QueueName: QueueUrl.split('/').at(-1), QueueOwnerAWSAccountId: service.key.account };
    assert.equal((await theirs.send(new GetQueueUrlCommand(name))).QueueUrl, QueueUrl);
    await refused(theirs.send(new ReceiveMessageCommand({ QueueUrl })), 'QueueDoesNotExist', /does not exist/);
    await refused(theirs.send(new DeleteQueueCommand({ QueueUrl })), 'QueueDoesNotExist', /does not exist/);
    await sqs.send(new RemovePermissionCommand({ QueueUrl, Label: 'senders' }));
    assert.equal(await attribute(QueueUrl, 'Policy'), undefined);
    await refused(theirs.send(send), 'QueueDoesNotExist', /does not exist/);
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'SQS:sendmessage', Resource: arnOf(QueueUrl) }],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await refused(sqs.send(send), 'AccessDenied', /explicit deny in a resource-based policy/, 403);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } }));
    await sqs.send(send);
  });

  test('who is not who he says is refused in this form', async () => {
    const wrong = clientOf({ ...service.key, secretAccessKey: 'x' });
    await refused(wrong.send(new ListQueuesCommand({})), 'SignatureDoesNotMatch', /does not match/, 403);
    const unknown = clientOf({ ...service.key, accessKeyId: 'AKIANONE' });
    await refused(unknown.send(new ListQueuesCommand({})), 'InvalidClientTokenId', /security token/, 403);
  });
});

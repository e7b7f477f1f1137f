import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  SQSServiceException,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from 'client-sqs-query';
import { presignedUrl, signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

describe('SQS by a client of before the JSON protocol', () => {
  let service: TestFrontend;
  let sqs: SQSClient;
  before(async () => {
    service = await startTestFrontend();
    const { accessKeyId, secretAccessKey } = service.key;
    const credentials = { accessKeyId, secretAccessKey };
    sqs = new SQSClient({ endpoint: service.url, region: service.region, credentials, maxAttempts: 1 });
  });
  after(async () => {
    sqs.destroy();
    await service[Symbol.asyncDispose]();
  });
  const arnOf = (name: string): string => `arn:aws:sqs:${service.region}:${service.key.account}:${name}`;

  test('messages go there and back: attributes of every kind, what XML could spoil, batches', async () => {
    const Attributes = { VisibilityTimeout: '60', DelaySeconds: '0' };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q', Attributes, tags: { a: 'b' } }));
    const MessageBody = 'a&b <c> "d"\r\n\t%+ 𝄞';
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: '<ü>' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 7]) },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    const Entries = ['x', 'y'].map((Id) => ({ Id, MessageBody: Id, MessageAttributes, DelaySeconds: 0 }));
    const sent = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [...Entries, { Id: 'bad', MessageBody: '\u0001' }] }),
    );
    assert.deepEqual(
      sent.Successful?.map(({ Id }) => Id),
      ['x', 'y'],
    );
    assert.deepEqual([sent.Failed?.[0]?.Id, sent.Failed?.[0]?.Code], ['bad', 'InvalidMessageContents']);
    const receive = {
      QueueUrl,
      MaxNumberOfMessages: 10,
      AttributeNames: ['All' as const],
      MessageAttributeNames: ['te.*', 'bytes'],
    };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      [MessageBody, 'x', 'y'],
    );
    assert.equal(Messages[0]?.Attributes?.['ApproximateReceiveCount'], '1');
    assert.deepEqual(Messages[0].MessageAttributes?.['text']?.StringValue, '<ü>');
    assert.deepEqual(Buffer.from(Messages[0].MessageAttributes['bytes']?.BinaryValue ?? []), Buffer.from([0, 255, 7]));
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
    const changes = handles.map((one) => ({ ...one, VisibilityTimeout: 100 }));
    assert.equal(
      (await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: changes }))).Successful?.length,
      3,
    );
    assert.equal((await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }))).Successful?.length, 3);
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
  });

  test('what is said of queues', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: '3' });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'source', Attributes: { RedrivePolicy } }));
    const dead = await sqs.send(new GetQueueUrlCommand({ QueueName: 'dead' }));
    const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }));
    assert.deepEqual(sources.queueUrls, [QueueUrl]);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '7' } }));
    const got = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'] }),
    );
    assert.deepEqual(got.Attributes, { VisibilityTimeout: '7', RedrivePolicy });
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
    assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { b: '2' });
    await sqs.send(new AddPermissionCommand({ QueueUrl, Label: 'l', AWSAccountIds: ['210987654321'], Actions: ['*'] }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    assert.match(Attributes?.['Policy'] ?? '', /"AWS":"arn:aws:iam::210987654321:root"},"Action":"SQS:\*"/);
    const page = await sqs.send(new ListQueuesCommand({ MaxResults: 1, QueueNamePrefix: 's' }));
    assert.deepEqual(page.QueueUrls, [QueueUrl]);
    const { TaskHandle } = await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead') }));
    assert.notEqual(TaskHandle, undefined);
    const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf('dead') }));
    assert.equal(Results?.[0]?.SourceArn, arnOf('dead'));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });

  test('errors have the codes that such clients know', async () => {
    const none = sqs.send(new GetQueueUrlCommand({ QueueName: 'none' }));
    await assert.rejects(none, (error) => {
      assert(error instanceof QueueDoesNotExist);
      assert.equal(error.$metadata.httpStatusCode, 400);
      return true;
    });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'errors' }));
    const invalid = sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' }));
    await assert.rejects(invalid, (error) => {
      assert(error instanceof SQSServiceException);
      assert.equal(error.name, 'ReceiptHandleIsInvalid');
      return true;
    });
    const body = 'Action=ListQueues&Version=2012-11-05';
    const wrong = { ...service, key: { ...service.key, secretAccessKey: 'x' } };
    const headers = await signedHeaders(wrong, 'POST', '/', body, { service: 'sqs' });
    const answer = await fetch(service.url, { method: 'POST', headers, body });
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
    const setting = 'Action=CreateQueue&Version=2012-11-05&QueueName=x&Attribute.1.Name=toString&Attribute.1.Value=1';
    const forSetting = await signedHeaders(service, 'POST', '/', setting, { service: 'sqs' });
    const said = await fetch(service.url, { method: 'POST', headers: forSetting, body: setting });
    assert.match(await said.text(), /<Code>InvalidAttributeName<\/Code><Message>Unknown Attribute toString\./);
    const strange = 'Action=Nothing&Version=2012-11-05';
    const signed = await signedHeaders(service, 'POST', '/', strange, { service: 'sqs' });
    const unknown = await fetch(service.url, { method: 'POST', headers: signed, body: strange });
    assert.match(await unknown.text(), /<Code>InvalidAction<\/Code><Message>The action Nothing is not valid/);
  });

  test("a form may go to the queue's own address, in the body or in the address", async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'own' }));
    const path = `/${service.key.account}/own`;
    const body = 'Action=SendMessage&Version=2012-11-05&MessageBody=hello+there';
    const headers = await signedHeaders(service, 'POST', path, body, { service: 'sqs' });
    const answer = await fetch(service.url + path, { method: 'POST', headers, body });
    assert.match(
      await answer.text(),
      /<SendMessageResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><SendMessageResult><MD5OfMessageBody>/,
    );
    const receive = `${path}?Action=ReceiveMessage&Version=2012-11-05`;
    const got = await fetch(await presignedUrl(service, 'GET', receive, 60, { service: 'sqs' }));
    assert.match(await got.text(), /<Body>hello there<\/Body>/);
    assert.equal((await fetch(`${service.url}/2015-03-31/none`, { method: 'POST' })).status, 404);
  });

  test('what is only one need not be numbered', async () => {
    await sqs.send(new CreateQueueCommand({ QueueName: 'short' }));
    const path = `/${service.key.account}/short`;
    const ask = async (body: string): Promise<string> => {
      const headers = await signedHeaders(service, 'POST', path, body, { service: 'sqs' });
      return await (await fetch(service.url + path, { method: 'POST', headers, body })).text();
    };
    await ask('Action=SetQueueAttributes&Version=2012-11-05&Attribute.Name=VisibilityTimeout&Attribute.Value=35');
    const got = await ask('Action=GetQueueAttributes&Version=2012-11-05&AttributeName=VisibilityTimeout');
    assert.match(got, /<Attribute><Name>VisibilityTimeout<\/Name><Value>35<\/Value><\/Attribute>/);
  });

  test('strangers cannot make the service read much', async () => {
    const body = Buffer.alloc(3_000_000, 'a');
    const answer = await fetch(service.url, {
      method: 'POST',
      body,
      headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
    }).catch(() => undefined);
    assert(answer === undefined || answer.status === 403);
  });
});

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

const boto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;
const cli = spawnSync('aws', ['--version']).status === 0;

describe('SQS by stock tools', () => {
  let service: TestFrontend;
  before(async () => void (service = await startTestFrontend()));
  after(() => service[Symbol.asyncDispose]());

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: service.key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: service.key.secretAccessKey,
    AWS_DEFAULT_REGION: service.region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });

  test('boto3, which checks every checksum', { skip: boto3 ? false : 'there is no boto3 for python3' }, async () => {
    const script = `import boto3, json, sys
sqs = boto3.client('sqs', endpoint_url=sys.argv[1])
url = sqs.create_queue(QueueName='py.fifo', Attributes={'FifoQueue': 'true', 'ContentBasedDeduplication': 'true'})['QueueUrl']
attributes = {'s': {'DataType': 'String', 'StringValue': 'ü'}, 'b': {'DataType': 'Binary', 'BinaryValue': b'\\x00\\xff'}}
for body in ['one', 'two', 'one']:
    sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId='g', MessageAttributes=attributes)
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=['All'], AttributeNames=['All'])['Messages']
assert got[0]['MessageAttributes']['b']['BinaryValue'] == b'\\x00\\xff'
sqs.delete_message_batch(QueueUrl=url, Entries=[{'Id': str(i), 'ReceiptHandle': m['ReceiptHandle']} for i, m in enumerate(got)])
left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['ApproximateNumberOfMessagesNotVisible'])['Attributes']
try: sqs.get_queue_url(QueueName='none')
except sqs.exceptions.QueueDoesNotExist as error: code = error.response['Error']['Code']
resource = boto3.resource('sqs', endpoint_url=sys.argv[1]).Queue(url)
resource.send_message(MessageBody='three', MessageGroupId='g')
more = [m.body for m in resource.receive_messages()]
print(json.dumps([[m['Body'] for m in got], left, code, more]))`;
    const { stdout } = await promisify(execFile)('python3', ['-c', script, service.url], { env: environment() });
    assert.deepEqual(JSON.parse(stdout), [
      ['one', 'two'],
      { ApproximateNumberOfMessagesNotVisible: '0' },
      'AWS.SimpleQueueService.NonExistentQueue',
      ['three'],
    ]);
  });

  test('the AWS CLI', { skip: cli ? false : 'there is no working AWS CLI (aws) on the PATH' }, async () => {
    const aws = async (...args: readonly string[]): Promise<string> =>
      // Version 1 believes to know where SQS is, whatever its environment says.
      (
        await promisify(execFile)('aws', ['sqs', '--endpoint-url', service.url, '--output', 'json', ...args], {
          env: environment(),
        })
      ).stdout;
    const { QueueUrl }: { readonly QueueUrl: string } = JSON.parse(await aws('create-queue', '--queue-name', 'cli'));
    await aws('send-message', '--queue-url', QueueUrl, '--message-body', 'from the shell');
    const got: { readonly Messages: readonly { readonly Body: string }[] } = JSON.parse(
      await aws('receive-message', '--queue-url', QueueUrl),
    );
    assert.equal(got.Messages[0]?.Body, 'from the shell');
    await assert.rejects(aws('get-queue-url', '--queue-name', 'none'), /\(AWS\.SimpleQueueService\.NonExistentQueue\)/);
  });

  test('sqs-consumer handles what comes, deletes what it handled, and gets what it failed with again', async () => {
    const { accessKeyId, secretAccessKey } = service.key;
    const sqs = new SQSClient({
      endpoint: service.url,
      region: service.region,
      credentials: { accessKeyId, secretAccessKey },
    });
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'consumed' }));
    const seen: string[] = [];
    const all = Promise.withResolvers<void>();
    const consumer = Consumer.create({
      queueUrl: QueueUrl,
      sqs,
      batchSize: 10,
      terminateVisibilityTimeout: true,
      waitTimeSeconds: 1,
      async handleMessage(message) {
        const { Body = '' } = message;
        seen.push(Body);
        if (seen.filter((body) => body === Body).length === 1 && Body === 'm3')
          throw new Error('The first time it fails.');
        if (new Set(seen).size === 10 && seen.length === 11) all.resolve();
        return message;
      },
    });
    consumer.on('error', (error) => all.reject(error));
    consumer.on('processing_error', () => undefined);
    consumer.start();
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `e${index}`, MessageBody: `m${index}` }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await all.promise;
    const stopped = once(consumer, 'stopped');
    consumer.stop();
    const queue = { account: service.key.account, name: 'consumed' };
    let depth = await service.queues.admin.get(queue);
    // The last is deleted after it was handled.
    while (depth.depth.inFlight > 0) depth = await service.queues.admin.get(queue);
    assert.deepEqual([depth.depth.ready, depth.depth.delayed], [0, 0]);
    await stopped;
    sqs.destroy();
  });
});

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type NotificationConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { outcomeOf } from '../../../testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../../testing/test-frontend.ts';
import { zipOf } from '../../../testing/zip-of.ts';
import { s3Client } from '../testing.ts';

const Bucket = 'watched';

interface Told {
  readonly Records: readonly {
    readonly eventName: string;
    readonly s3: {
      readonly configurationId: string;
      readonly bucket: { readonly name: string };
      readonly object: Readonly<Record<string, unknown>>;
    };
  }[];
}

describe('changes in a bucket are told', () => {
  let service: TestFrontend;
  let s3: S3Client;
  const arrivals = new EventEmitter();
  before(async () => {
    service = await startTestFrontend();
    s3 = s3Client(service);
    service.workerManager.behaviour = async ({ payload }) => {
      arrivals.emit('told', JSON.parse(Buffer.from(payload).toString()));
      return outcomeOf(Buffer.from('null'));
    };
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => null;' });
    const Role = 'arn:aws:iam::123456789012:role/any';
    await service.client().send(
      new CreateFunctionCommand({
        FunctionName: 'ear',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role,
        Code: { ZipFile },
      }),
    );
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(async () => {
    s3.destroy();
    await service[Symbol.asyncDispose]();
  });

  const toldNext = async (): Promise<Told> => {
    const [told]: Told[] = await once(arrivals, 'told');
    return told ?? assert.fail('Nothing was told.');
  };
  const functionArn = (name: string): string =>
    `arn:aws:lambda:${service.region}:${service.key.account}:function:${name}`;
  const watch = (NotificationConfiguration: NotificationConfiguration) =>
    s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));

  test('to functions, by the durable queue, with filters and in AWS’s words', async () => {
    const Filter = {
      Key: {
        FilterRules: [
          { Name: 'prefix', Value: 'in/' },
          { Name: 'suffix', Value: '.txt' },
        ],
      },
    } as const;
    const configuration: NotificationConfiguration = {
      LambdaFunctionConfigurations: [
        {
          Id: 'texts',
          LambdaFunctionArn: functionArn('ear'),
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [...Filter.Key.FilterRules] } },
        },
      ],
    };
    await watch(configuration);
    const { LambdaFunctionConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    assert.deepEqual(LambdaFunctionConfigurations, configuration.LambdaFunctionConfigurations);
    const told = toldNext();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'other.txt', Body: 'x' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a b+ü.txt', Body: 'hello' }));
    const first = await told;
    const [record] = first.Records ?? [];
    assert.equal(first.Records.length, 1);
    assert.partialDeepStrictEqual(record, {
      eventName: 'ObjectCreated:Put',
      eventSource: 'aws:s3',
      s3: {
        configurationId: 'texts',
        bucket: { name: Bucket },
        object: { key: 'in/a+b%2B%C3%BC.txt', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
      },
    });
    const copied = toldNext();
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'in/copy.txt', CopySource: `${Bucket}/other.txt` }));
    assert.equal((await copied).Records[0]?.eventName, 'ObjectCreated:Copy');
  });

  test('to queues, and removal of what was there', async () => {
    const { accessKeyId, secretAccessKey } = service.key;
    const sqs = new SQSClient({
      endpoint: service.url,
      region: service.region,
      credentials: { accessKeyId, secretAccessKey },
    });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'changes' }));
    const QueueArn = `arn:aws:sqs:${service.region}:${service.key.account}:changes`;
    await watch({ QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectRemoved:*'] }] });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'other.txt' }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    sqs.destroy();
    const told: Told = JSON.parse(Messages[0]?.Body ?? '');
    assert.deepEqual(
      [told.Records[0]?.eventName, told.Records[0]?.s3.object['key']],
      ['ObjectRemoved:Delete', 'other.txt'],
    );
  });

  test('what nobody could be told is refused when it is set', async () => {
    const refused = (configuration: NotificationConfiguration, name: string) =>
      assert.rejects(watch(configuration), { name });
    await refused(
      { LambdaFunctionConfigurations: [{ LambdaFunctionArn: functionArn('none'), Events: ['s3:ObjectCreated:*'] }] },
      'InvalidArgument',
    );
    await refused(
      { LambdaFunctionConfigurations: [{ LambdaFunctionArn: functionArn('ear'), Events: ['s3:Replication:*'] }] },
      'InvalidArgument',
    );
    await refused(
      { TopicConfigurations: [{ TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t', Events: ['s3:ObjectCreated:*'] }] },
      'NotImplemented',
    );
  });
});

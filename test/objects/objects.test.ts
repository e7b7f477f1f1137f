import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { credentialsProfile } from '../../src/store/credentials.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { parseIni } from '../../src/sdk/connection.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { active, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const root = join(import.meta.dirname, '../..');
const redact = join(root, 'examples/objects/redact.js');

describe('objects at a real service', () => {
  let service: RunningService;
  let s3: S3Client;
  let clients: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  before(async () => {
    service = await startHeddle(await newHome(), '--driver', 'host', ...littleWarm);
    const key = parseIni(await readFile(join(service.home, 'credentials'), 'utf8')).get(credentialsProfile);
    const credentials = {
      accessKeyId: key?.get('aws_access_key_id') ?? '',
      secretAccessKey: key?.get('aws_secret_access_key') ?? '',
    };
    clients = { endpoint: service.url, region: service.region, credentials };
    s3 = new S3Client({ ...clients, forcePathStyle: true, maxAttempts: 1 });
  });
  after(async () => {
    s3.destroy();
    await service[Symbol.asyncDispose]();
  });

  const heddle = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(join(root, 'heddle'), ['objects', ...args, '--home', service.home], {
      cwd: service.home,
    });
    return stdout;
  };

  test('the example: what is read by an access point has gone through plain code, and by the bucket it has not', async () => {
    await heddle('mb', 'letters');
    await writeFile(join(service.home, 'letter'), 'Please charge 4111 1111 1111 1111.\n');
    await heddle('cp', 'letter', 'letters:2026/');
    await heddle('path', 'set', 'public', '--bucket', 'letters', '--get', redact);
    assert.equal(await heddle('cp', 'public:2026/letter', '-'), 'Please charge **** 1111.\n');
    assert.equal(await heddle('cp', 'letters:2026/letter', '-'), 'Please charge 4111 1111 1111 1111.\n');
    assert.match(await heddle('ls', 'letters:2026/'), /2026\/letter +35 B/);
    const shown: { accessPoints: unknown } = JSON.parse(await heddle('path', 'show', '--json'));
    assert.deepEqual(shown.accessPoints, [
      { name: 'public', bucket: 'letters', path: { get: [{ function: 'path-redact' }], head: [], list: [], put: [] } },
    ]);
    await assert.rejects(heddle('cp', 'letters:none', 'x'), /NoSuchKey/);
    await assert.rejects(heddle('rb', 'letters'), /BucketNotEmpty/);
  });

  test('64 MiB go through plain code as they are, and back through the command line', async () => {
    const bytes = randomBytes(67_108_864);
    await writeFile(join(service.home, 'large'), bytes);
    await writeFile(join(service.home, 'same.js'), 'export default async function* (object) { yield* object.body; }\n');
    await heddle('cp', 'large', 'letters:large');
    await heddle('path', 'set', 'same', '--bucket', 'letters', '--get', 'same.js');
    await heddle('cp', 'same:large', 'back');
    assert.ok(bytes.equals(await readFile(join(service.home, 'back'))));
  });

  test('what is written is told to a function, which reads and writes by the stock client, and that to a queue', async () => {
    const bundled = await build({
      entryPoints: [join(import.meta.dirname, 'fixtures/copier.ts')],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    const ZipFile = await zipOf({ 'index.js': bundled.outputFiles[0]?.text ?? assert.fail('no bundle') });
    const Role = 'arn:aws:iam::000000000000:role/any';
    const { FunctionArn } = await service.client.send(
      new CreateFunctionCommand({
        FunctionName: 'copier',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role,
        Timeout: 60,
        Code: { ZipFile },
      }),
    );
    await active(service, 'copier');
    const sqs = new SQSClient(clients);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'copied' }));
    const QueueArn = `arn:aws:sqs:${service.region}:${QueueUrl.split('/').at(-2)}:copied`;
    const prefixed = (Value: string) => ({ Key: { FilterRules: [{ Name: 'prefix' as const, Value }] } });
    const Events = ['s3:ObjectCreated:*' as const];
    await heddle('mb', 'copies');
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'copies',
        NotificationConfiguration: {
          LambdaFunctionConfigurations: [{ LambdaFunctionArn: FunctionArn, Events, Filter: prefixed('in/') }],
          QueueConfigurations: [{ QueueArn, Events, Filter: prefixed('out/') }],
        },
      }),
    );
    await heddle('cp', 'letter', 'copies:in/a letter');
    let told: string | undefined;
    while (told === undefined) {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
      told = Messages?.[0]?.Body;
    }
    sqs.destroy();
    assert.match(told, /"key":"out\/a\+letter"/);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'copies', Key: 'out/a letter' }));
    assert.match((await Body?.transformToString()) ?? '', /^Please charge/);
  });

  test('objects are there after a kill -9, and the snapshot counts them', async () => {
    const { home } = service;
    await service.kill('SIGKILL');
    service = await startHeddle(home, '--driver', 'host', ...littleWarm);
    assert.equal(await heddle('cp', 'public:2026/letter', '-'), 'Please charge **** 1111.\n');
    const listed: { buckets: { name: string; objects: number }[] } = JSON.parse(await heddle('ls', '--json'));
    assert.deepEqual(
      listed.buckets.map(({ name, objects }) => [name, objects]),
      [
        ['copies', 2],
        ['letters', 2],
      ],
    );
    const { url, region } = service;
    using client = new HeddleClient({ url, region, ...clients.credentials, credentialsFile: '' });
    const { objects } = Object((await client.admin('GET', '/snapshot')).toJSON());
    assert.deepEqual(objects, { objects: 4, bytes: 67_108_864 + 3 * 35, buckets: 2 });
  });
});

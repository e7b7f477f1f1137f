import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Blobs } from '../../../objects/disk/blobs.ts';
import { createAccount } from '../../../store/credentials.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { s3Client } from './testing.ts';

const Bucket = 'mine';

describe('who may do what with objects', () => {
  let service: TestFrontend;
  let s3: S3Client;
  before(async () => {
    service = await startTestFrontend();
    s3 = s3Client(service);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'own' }));
  });
  after(async () => {
    s3.destroy();
    await service[Symbol.asyncDispose]();
  });
  const read = async (client: S3Client): Promise<string | undefined> =>
    await (await client.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString();

  test('an account sees none of another’s buckets, and may have one of the same name', async () => {
    const other = s3Client({ ...service, key: await createAccount(service.store, 1) });
    await assert.rejects(read(other), { name: 'NoSuchBucket' });
    assert.deepEqual((await other.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    await other.send(new CreateBucketCommand({ Bucket }));
    await other.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'another’s' }));
    assert.deepEqual([await read(s3), await read(other)], ['own', 'another’s']);
    other.destroy();
  });

  test('code in functions uses buckets of its account, and makes, removes and configures none', async () => {
    const { accounts } = service.store;
    const sessionToken = 'a token';
    const given = { ...service.key, accessKeyId: 'ASIAOFCODE0000000000', sessionToken };
    const key = accounts.key.bind(accounts);
    accounts.key = async (id) => (id === given.accessKeyId ? given : await key(id));
    const { accessKeyId, secretAccessKey } = given;
    const code = s3Client(service, { credentials: { accessKeyId, secretAccessKey, sessionToken } });
    assert.equal(await read(code), 'own');
    await code.send(new PutObjectCommand({ Bucket, Key: 'of code', Body: 'x' }));
    for (const refused of [
      () => code.send(new CreateBucketCommand({ Bucket: 'new-one' })),
      () => code.send(new DeleteBucketCommand({ Bucket })),
      () => code.send(new ListBucketsCommand({})),
      () => code.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
    ])
      await assert.rejects(refused, { name: 'AccessDenied' });
    code.destroy();
    accounts.key = key;
  });

  test('where the disk has no room nothing is begun, and what is there stays', async () => {
    const blobs = new Blobs(join(service.home, 'objects'));
    await assert.rejects(blobs.create(2 ** 60), { code: 'InsufficientStorage', status: 507 });
    assert.deepEqual(await readdir(join(service.home, 'objects', 'staging')), []);
    assert.equal(await read(s3), 'own');
  });
});

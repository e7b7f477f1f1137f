import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { s3Client } from './testing.ts';

const Bucket = 'stock';
const mib = 1_048_576;

describe('object storage by the stock client', () => {
  let service: TestFrontend;
  let s3: S3Client;
  before(async () => {
    service = await startTestFrontend();
    s3 = s3Client(service);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(async () => {
    s3.destroy();
    await service[Symbol.asyncDispose]();
  });

  const put = (Key: string, Body: string | Buffer = 'x') => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const get = async (Key: string, more = {}): Promise<Buffer> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const refused = (sent: Promise<unknown>, name: string, status: number) =>
    assert.rejects(sent, (error: { name: string; $metadata: { httpStatusCode: number } }) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
      return true;
    });

  test('buckets are made, found, listed and removed, and one that is not empty stays', async () => {
    await s3.send(
      new CreateBucketCommand({ Bucket: 'other', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    await refused(s3.send(new CreateBucketCommand({ Bucket: 'other' })), 'BucketAlreadyOwnedByYou', 409);
    await refused(s3.send(new CreateBucketCommand({ Bucket: 'Not_A_Name' })), 'InvalidBucketName', 400);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      ['other', Bucket],
    );
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'other' }));
    assert.equal(LocationConstraint, 'eu-west-1');
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: 'other' }));
    assert.equal(BucketRegion, 'eu-west-1');
    await s3.send(new PutObjectCommand({ Bucket: 'other', Key: 'k', Body: '' }));
    await refused(s3.send(new DeleteBucketCommand({ Bucket: 'other' })), 'BucketNotEmpty', 409);
    await s3.send(new DeleteObjectCommand({ Bucket: 'other', Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'other' }));
    await refused(s3.send(new HeadBucketCommand({ Bucket: 'other' })), 'NotFound', 404);
    await refused(s3.send(new PutObjectCommand({ Bucket: 'other', Key: 'k', Body: 'x' })), 'NoSuchBucket', 404);
  });

  test('an object comes back with its bytes, headers, metadata and ETag', async () => {
    const Body = randomBytes(3 * mib);
    const about = {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLanguage: 'de',
      ContentEncoding: 'gzip',
    };
    const { ETag } = await s3.send(
      new PutObjectCommand({ Bucket, Key: 'a/ü 1+2%.txt', Body, ...about, Metadata: { who: 'me' } }),
    );
    assert.equal(ETag, `"${createHash('md5').update(Body).digest('hex')}"`);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/ü 1+2%.txt' }));
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/ü 1+2%.txt' }));
    for (const answer of [got, head])
      assert.partialDeepStrictEqual(answer, {
        ...about,
        ContentLength: Body.length,
        ETag,
        Metadata: { who: 'me' },
        AcceptRanges: 'bytes',
      });
    await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })), 'NoSuchKey', 404);
    await refused(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })), 'NotFound', 404);
    await refused(put('k'.repeat(1_025)), 'KeyTooLongError', 400);
  });

  test('keys that look like paths are keys', async () => {
    for (const key of ['../../escape', '/absolute', 'a//b', './.', '..']) {
      await put(key, key);
      assert.equal((await get(key)).toString(), key);
    }
    assert.deepEqual((await readdir(service.home)).includes('escape'), false);
  });

  test('each checksum is verified, kept and given back', async () => {
    for (const ChecksumAlgorithm of [
      'CRC32',
      'CRC32C',
      'CRC64NVME',
      'SHA1',
      'SHA256',
    ] as const satisfies readonly ChecksumAlgorithm[]) {
      const Key = `sum-${ChecksumAlgorithm}`;
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const sent = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'some bytes', ChecksumAlgorithm }));
      // What streams is summed up behind it.
      const streamed = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: Readable.from(['some ', 'bytes']),
          ContentLength: 10,
          ChecksumAlgorithm,
        }),
      );
      assert.ok(sent[name]);
      assert.equal(streamed[name], sent[name]);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      assert.equal(got[name], sent[name]);
      assert.equal(await got.Body?.transformToString(), 'some bytes');
      const wrong = new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'other bytes', [name]: sent[name] });
      await refused(s3.send(wrong), 'BadDigest', 400);
    }
    await refused(
      s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'wrong',
          Body: 'x',
          ContentMD5: createHash('md5').update('y').digest('base64'),
        }),
      ),
      'BadDigest',
      400,
    );
    await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'wrong' })), 'NoSuchKey', 404);
  });

  test('ranges, and conditions of reading', async () => {
    const { ETag } = await put('digits', '0123456789');
    for (const [Range, text, range] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ] as const) {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
      assert.deepEqual(
        [await got.Body?.transformToString(), got.ContentRange, got.$metadata.httpStatusCode],
        [text, range, 206],
      );
    }
    await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=10-' })), 'InvalidRange', 416);
    assert.equal((await get('digits', { IfMatch: ETag })).toString(), '0123456789');
    await refused(s3.send(new GetObjectCommand({ Bucket, Key: 'digits', IfMatch: '"no"' })), 'PreconditionFailed', 412);
    const unchanged = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'digits' }));
    assert.equal((await fetch(unchanged, { headers: { 'if-none-match': ETag ?? '' } })).status, 304);
    await refused(
      s3.send(new GetObjectCommand({ Bucket, Key: 'digits', IfUnmodifiedSince: new Date(0) })),
      'PreconditionFailed',
      412,
    );
  });

  test('of many who write one key if it is not there, one does', async () => {
    const once = () => s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' }));
    const all = await Promise.allSettled(Array.from({ length: 8 }, once));
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'once' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'y', IfMatch: ETag }));
    await refused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'z', IfMatch: ETag })),
      'PreconditionFailed',
      412,
    );
  });

  test('lists by prefix and delimiter, page by page, in the order of bytes', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'listed' }));
    const keys = ['a/1', 'a/2', 'a/b/3', 'a0', 'b/1', 'ä', '\u{ff61}', '\u{1f600}', 'z & <x>'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'listed', Key, Body: '1' }));
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await s3.send(
        new ListObjectsV2Command({ Bucket: 'listed', MaxKeys: 2, ContinuationToken }),
      );
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    assert.deepEqual(found, sorted);
    const tops: string[] = [];
    do {
      const page: ListObjectsV2CommandOutput = await s3.send(
        new ListObjectsV2Command({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1, ContinuationToken }),
      );
      tops.push(
        ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        ...(page.Contents ?? []).map(({ Key = '' }) => Key),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    assert.deepEqual(tops, ['a/', 'a0', 'b/', 'z & <x>', 'ä', '\u{ff61}', '\u{1f600}']);
    const within = await s3.send(
      new ListObjectsV2Command({ Bucket: 'listed', Prefix: 'a/', Delimiter: '/', EncodingType: 'url' }),
    );
    assert.deepEqual(
      [within.Contents?.map(({ Key }) => Key), within.CommonPrefixes?.map(({ Prefix }) => Prefix), within.KeyCount],
      [['a/1', 'a/2'], ['a/b/'], 3],
    );
    const first = await s3.send(new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1 }));
    const second = await s3.send(
      new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1, Marker: first.NextMarker }),
    );
    assert.deepEqual(
      [first.CommonPrefixes?.[0]?.Prefix, second.Contents?.[0]?.Key, second.IsTruncated],
      ['a/', 'a0', true],
    );
    const gone = await s3.send(
      new DeleteObjectsCommand({ Bucket: 'listed', Delete: { Objects: [...keys, 'none'].map((Key) => ({ Key })) } }),
    );
    assert.equal(gone.Deleted?.length, keys.length + 1);
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: 'listed' }))).KeyCount, 0);
  });

  test('copies keep or replace what is said of an object', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'from',
        Body: 'copied',
        Metadata: { a: '1' },
        ContentType: 'text/a',
        Tagging: 't=1',
      }),
    );
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'kept', CopySource: `${Bucket}/from` }));
    assert.partialDeepStrictEqual(await s3.send(new HeadObjectCommand({ Bucket, Key: 'kept' })), {
      Metadata: { a: '1' },
      ContentType: 'text/a',
    });
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'new',
        CopySource: `${Bucket}/from`,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    );
    assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: 'new' }))).Metadata, { b: '2' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'from' }));
    assert.equal((await get('kept')).toString(), 'copied');
    await refused(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'no', CopySource: `${Bucket}/from` })),
      'NoSuchKey',
      404,
    );
    await refused(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'no', CopySource: `${Bucket}/kept`, CopySourceIfMatch: 'x' })),
      'PreconditionFailed',
      412,
    );
  });

  test('tags', async () => {
    await put('tagged');
    const TagSet = [
      { Key: 'a', Value: '1 & 2' },
      { Key: 'constructor', Value: '' },
    ];
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }));
    assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet, TagSet);
    assert.equal((await s3.send(new GetObjectCommand({ Bucket, Key: 'tagged' }))).TagCount, 2);
    const many = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await refused(
      s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: many } })),
      'BadRequest',
      400,
    );
  });

  test('presigned addresses read and write, and hold for no other object', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 });
    assert.equal((await fetch(url, { method: 'PUT', body: 'by address' })).status, 200);
    const read = await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket, Key: 'signed', ResponseContentType: 'text/x' }),
      { expiresIn: 60 },
    );
    const answer = await fetch(read);
    assert.deepEqual([answer.headers.get('content-type'), await answer.text()], ['text/x', 'by address']);
    assert.match(answer.headers.get('content-security-policy') ?? '', /^sandbox/);
    const other = await fetch(read.replace('/signed?', '/tagged?'));
    assert.equal(other.status, 403);
    assert.match(await other.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
    const stranger = s3Client({ ...service, key: { ...service.key, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } });
    await refused(stranger.send(new ListBucketsCommand({})), 'InvalidAccessKeyId', 403);
    stranger.destroy();
  });

  test('large uploads come in parts, whose checksums and numbers hold for the whole', async () => {
    for (const algorithm of [undefined, 'CRC64NVME', 'SHA256'] as const) {
      const Body = randomBytes(12 * mib);
      const Key = `parts-${algorithm}`;
      const params = { Bucket, Key, Body, ContentType: 'a/b', ...(algorithm && { ChecksumAlgorithm: algorithm }) };
      const done = await new Upload({ client: s3, params, partSize: 5 * mib, queueSize: 3 }).done();
      assert.match(done.ETag ?? '', /-3"$/);
      assert.deepEqual(await get(Key), Body);
      const part = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
      assert.deepEqual([part.PartsCount, part.ContentRange], [3, `bytes ${5 * mib}-${10 * mib - 1}/${12 * mib}`]);
      assert.deepEqual(Buffer.from((await part.Body?.transformToByteArray()) ?? []), Body.subarray(5 * mib, 10 * mib));
      const across = await get(Key, { Range: `bytes=${5 * mib - 2}-${10 * mib + 1}` });
      assert.deepEqual(across, Body.subarray(5 * mib - 2, 10 * mib + 2));
      if (algorithm === 'CRC64NVME') {
        const whole = await s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body, ChecksumAlgorithm: algorithm }));
        assert.equal(
          (await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))).ChecksumCRC64NVME,
          whole.ChecksumCRC64NVME,
        );
      }
    }
  });

  test('uploads can be listed, copied into, refused and aborted, and leave nothing behind', async () => {
    const begun = { Bucket, Key: 'by hand' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(begun));
    const upload = { ...begun, UploadId };
    const one = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.alloc(5 * mib, 1) }));
    const two = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 2,
        CopySource: `${Bucket}/digits`,
        CopySourceRange: 'bytes=1-3',
      }),
    );
    const { Parts } = await s3.send(new ListPartsCommand(upload));
    assert.deepEqual(
      Parts?.map(({ Size }) => Size),
      [5 * mib, 3],
    );
    assert.equal((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.[0]?.UploadId, UploadId);
    const first = { PartNumber: 1, ETag: one.ETag };
    const second = { PartNumber: 2, ETag: two.CopyPartResult?.ETag };
    const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    await refused(complete(second, first), 'InvalidPartOrder', 400);
    await refused(complete({ ...first, ETag: '"x"' }), 'InvalidPart', 400);
    const third = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 3, Body: 'x' }));
    await refused(complete(second, { PartNumber: 3, ETag: third.ETag }), 'EntityTooSmall', 400);
    await complete(first, second);
    assert.equal((await get('by hand')).subarray(5 * mib).toString(), '123');
    await refused(complete(first), 'NoSuchUpload', 404);
    const other = await s3.send(new CreateMultipartUploadCommand(begun));
    await s3.send(new UploadPartCommand({ ...begun, UploadId: other.UploadId, PartNumber: 1, Body: 'x' }));
    await s3.send(new AbortMultipartUploadCommand({ ...begun, UploadId: other.UploadId }));
    assert.equal((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads, undefined);
    assert.deepEqual(await readdir(join(service.home, 'objects', 'staging')), []);
  });

  test('what is being read stays whole when it is replaced', async () => {
    const Body = randomBytes(24 * mib);
    await put('replaced', Body);
    const { Body: stream } = await s3.send(new GetObjectCommand({ Bucket, Key: 'replaced' }));
    await put('replaced', 'new');
    assert.ok(stream instanceof Readable);
    assert.deepEqual(await buffer(stream), Body);
    assert.equal((await get('replaced')).toString(), 'new');
  });
});

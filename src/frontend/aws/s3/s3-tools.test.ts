import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { programsOf, type Programs } from '../../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../../test/stock-tools/stock-tools.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

const tools = await stockTools();

describe('object storage by stock tools', { skip: tools.skip }, () => {
  let service: TestFrontend;
  let programs: Programs;
  /** More than the tools send at once. */
  const large = randomBytes(9 * 1_048_576);
  before(async () => {
    service = await startTestFrontend();
    programs = programsOf(tools, service);
    await mkdir(join(service.home, 'files', 'in'), { recursive: true });
    await writeFile(join(service.home, 'files', 'large'), large);
    await writeFile(join(service.home, 'files', 'in', 'ü & b.txt'), 'small');
  });
  after(() => service[Symbol.asyncDispose]());

  const file = (...names: readonly string[]): Promise<Buffer> => readFile(join(service.home, ...names));

  test('the AWS CLI', async () => {
    const { aws } = programs;
    await aws('s3', 'mb', 's3://cli');
    await aws('s3', 'cp', 'files', 's3://cli/there', '--recursive', '--quiet');
    assert.match(await aws('s3', 'ls', 's3://cli/there/', '--recursive'), /9437184 there\/large\n/);
    await aws('s3', 'sync', 's3://cli/there', 'back', '--quiet');
    assert.deepEqual(await file('back', 'large'), large);
    assert.equal((await file('back', 'in', 'ü & b.txt')).toString(), 'small');
    await aws('s3', 'mv', 's3://cli/there/large', 's3://cli/moved', '--quiet');
    const answer = await fetch((await aws('s3', 'presign', 's3://cli/moved')).trim());
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), large);
    await assert.rejects(aws('s3api', 'get-object', '--bucket', 'cli', '--key', 'none', 'x'), /\(NoSuchKey\)/);
    await assert.rejects(aws('s3api', 'put-bucket-acl', '--bucket', 'cli', '--acl', 'private'), /\(NotImplemented\)/);
    await aws('s3', 'rb', 's3://cli', '--force');
    await assert.rejects(aws('s3', 'ls', 's3://cli'), /\(NoSuchBucket\)/);
  });

  test('boto3', async () => {
    const script = `import boto3, json, io
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto', CreateBucketConfiguration={'LocationConstraint': '${service.region}'})
s3.upload_file('files/large', 'boto', 'large', ExtraArgs={'Metadata': {'a': 'b'}})
s3.download_file('boto', 'large', 'boto-large')
s3.put_object(Bucket='boto', Key='sum', Body=b'x', ChecksumAlgorithm='SHA256', Tagging='k=v')
got = s3.get_object(Bucket='boto', Key='sum', ChecksumMode='ENABLED')
for n in range(3): s3.put_object(Bucket='boto', Key=f'page/{n}', Body=b'')
keys = [o['Key'] for page in s3.get_paginator('list_objects_v2').paginate(Bucket='boto', PaginationConfig={'PageSize': 2}) for o in page['Contents']]
try: s3.put_object(Bucket='boto', Key='sum', Body=b'y', IfNoneMatch='*')
except s3.exceptions.ClientError as error: code = error.response['Error']['Code']
from botocore.config import Config
of = {'Params': {'Bucket': 'boto', 'Key': 'sum'}}
old = s3.generate_presigned_url('get_object', **of)
url = boto3.client('s3', config=Config(signature_version='s3v4')).generate_presigned_url('get_object', **of)
print(json.dumps([got['Body'].read().decode(), got['ChecksumSHA256'], got['TagCount'], keys, code, s3.head_object(Bucket='boto', Key='large')['Metadata'], url, old]))`;
    const [text, sum, tags, keys, code, metadata, url, old] = JSON.parse(await programs.python(script));
    assert.deepEqual([text, sum, tags], ['x', createHash('sha256').update('x').digest('base64'), 1]);
    assert.deepEqual(
      [keys, code, metadata],
      [['large', 'page/0', 'page/1', 'page/2', 'sum'], 'PreconditionFailed', { a: 'b' }],
    );
    assert.deepEqual(await file('boto-large'), large);
    assert.equal(await (await fetch(url)).text(), 'x');
    // By version 2, which it takes where nothing is said.
    assert.match(await (await fetch(old)).text(), /AWS4-HMAC-SHA256/);
  });

  test('rclone', async () => {
    const { rclone } = programs;
    await rclone('mkdir', 'heddle:clone');
    await rclone('copy', 'files', 'heddle:clone/there', '--s3-upload-cutoff', '5Mi', '--s3-chunk-size', '5Mi');
    await rclone('check', 'files', 'heddle:clone/there', '--download');
    const listed = (await rclone('lsf', '-R', '--files-only', 'heddle:clone')).trim().split('\n').toSorted();
    assert.deepEqual(listed, ['there/in/ü & b.txt', 'there/large']);
    await rclone('moveto', 'heddle:clone/there/large', 'heddle:clone/moved');
    await rclone('copyto', 'heddle:clone/moved', 'clone-large');
    assert.deepEqual(await file('clone-large'), large);
    await rclone('purge', 'heddle:clone');
    assert.equal(await rclone('lsd', 'heddle:'), (await rclone('lsd', 'heddle:')).replace(/.* clone\n/, ''));
  });
});

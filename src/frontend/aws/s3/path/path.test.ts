import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  WriteGetObjectResponseCommand,
  type S3Client,
  type WriteGetObjectResponseCommandInput,
} from '@aws-sdk/client-s3';
import { pathHandler, type PathCode } from '../../../../sdk/objects/path-handler.ts';
import { outcomeOf } from '../../../testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../../testing/test-frontend.ts';
import { signedHeaders } from '../../../testing/signed-headers.ts';
import { zipOf } from '../../../testing/zip-of.ts';
import { s3Client } from '../testing.ts';

const Bucket = 'letters';
const upper: PathCode = async function* ({ body }) {
  for await (const part of body) yield Buffer.from(part).toString('latin1').toUpperCase();
};
const twice: PathCode = async function* ({ body }) {
  for await (const part of body) {
    yield part;
    yield part;
  }
};

/** An event as a function gets it, as far as tests look into it. */
interface Event {
  readonly getObjectContext?: {
    readonly inputS3Url: string;
    readonly outputRoute: string;
    readonly outputToken: string;
  };
  readonly headObjectContext?: { readonly inputS3Url: string };
  readonly listObjectsV2Context?: { readonly inputS3Url: string };
  readonly userRequest: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly configuration: { readonly payload: string };
}
type Behaviour = (event: Event) => Promise<unknown>;

describe('objects that go through functions', () => {
  let service: TestFrontend;
  let s3: S3Client;
  const functions = new Map<string, Behaviour>();

  before(async () => {
    service = await startTestFrontend();
    s3 = s3Client(service, { disableHostPrefix: true });
    // Functions run here, and call the service by the address that it has here.
    service.workerManager.behaviour = async ({ function: { name }, payload, cancel }) => {
      const event: Event = JSON.parse(
        Buffer.from(payload).toString().replaceAll('http://heddle.internal', service.url),
      );
      try {
        const answer = await functions.get(name)?.(event);
        cancel?.throwIfAborted();
        return outcomeOf(Buffer.from(JSON.stringify(answer ?? null)));
      } catch (error) {
        const [errorType, errorMessage] =
          error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
        const said = Buffer.from(JSON.stringify({ errorType, errorMessage }));
        return outcomeOf(said, { result: { ok: false, functionError: 'Unhandled', payload: said } });
      }
    };
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'a', Body: 'abcdefghij', ContentType: 'text/plain', Metadata: { m: '1' } }),
    );
  });
  after(async () => {
    s3.destroy();
    await service[Symbol.asyncDispose]();
  });

  const deploy = async (name: string, behaviour: Behaviour): Promise<void> => {
    if (!functions.has(name)) {
      const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => null;' });
      const Role = 'arn:aws:iam::123456789012:role/any';
      await service.client().send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role,
          Code: { ZipFile },
        }),
      );
    }
    functions.set(name, behaviour);
  };
  const plain = async (name: string, code: PathCode): Promise<void> => {
    const handler: (event: never) => Promise<null> = pathHandler(code, http);
    await deploy(name, (event) => Reflect.apply(handler, undefined, [event]));
  };
  const admin = async (path: string, body: object): Promise<{ status: number; body: string }> => {
    const text = JSON.stringify(body);
    const headers = await signedHeaders(service, 'PUT', path, text);
    const answer = await fetch(`${service.url}${path}`, { method: 'PUT', headers, body: text });
    return { status: answer.status, body: await answer.text() };
  };
  const point = async (name: string, path: object): Promise<void> => {
    const { status, body } = await admin(`/heddle/v1/access-points/${name}`, { bucket: Bucket, path });
    assert.equal(status, 200, body);
  };
  const get = async (bucket: string, Key: string, more = {}) => {
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }));
    return { ...got, text: await got.Body?.transformToString('latin1') };
  };
  const refused = (sent: Promise<unknown>, name: string, status: number, message = /./) =>
    assert.rejects(sent, (error: Error & { $metadata: { httpStatusCode: number } }) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
      assert.match(error.message, message);
      return true;
    });

  test('a GET by an access point goes through plain code, in order, and by the bucket it does not', async () => {
    await plain('upper', upper);
    await plain('twice', twice);
    await point('both', { get: ['upper', { function: 'twice', payload: 'x' }] });
    const got = await get('both', 'a');
    assert.deepEqual([got.text, got.ContentType, got.Metadata], ['ABCDEFGHIJABCDEFGHIJ', 'text/plain', { m: '1' }]);
    assert.equal((await get(Bucket, 'a')).text, 'abcdefghij');
    const range = await get('both', 'a', { Range: 'bytes=8-11' });
    assert.deepEqual([range.text, range.ContentRange], ['IJAB', 'bytes 8-11/20']);
    assert.equal((await get('both', 'a', { Range: 'bytes=-3' })).text, 'HIJ');
    await refused(get('both', 'a', { Range: 'bytes=20-' }), 'InvalidRange', 416);
    await refused(get('both', 'none'), 'NoSuchKey', 404);
  });

  test('16 MiB go through two functions as they are', async () => {
    const Body = randomBytes(16_777_216);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body }));
    await plain('same', async function* ({ body }) {
      yield* body;
    });
    await point('same-twice', { get: ['same', 'same'] });
    const { Body: came } = await s3.send(new GetObjectCommand({ Bucket: 'same-twice', Key: 'large' }));
    assert.deepEqual(Buffer.from((await came?.transformToByteArray()) ?? []), Body);
  });

  test('WriteGetObjectResponse answers as the function says, which reads by a presigned address', async () => {
    const seen: Event[] = [];
    const write = (event: Event, more: Partial<WriteGetObjectResponseCommandInput>) =>
      s3.send(
        new WriteGetObjectResponseCommand({
          RequestRoute: event.getObjectContext?.outputRoute,
          RequestToken: event.getObjectContext?.outputToken,
          ...more,
        }),
      );
    await deploy('writes', async (event) => {
      seen.push(event);
      const part = await fetch(event.getObjectContext?.inputS3Url ?? '', { headers: { range: 'bytes=1-3' } });
      await write(event, {
        Body: Readable.from([`<${part.status} ${await part.text()}>`]),
        ContentType: 'a/b',
        Metadata: { x: 'y' },
        StatusCode: 206,
        ContentRange: 'bytes 1-3/10',
      });
    });
    await point('writing', { get: [{ function: 'writes', payload: 'told' }] });
    const got = await get('writing', 'a', { Range: 'bytes=1-3' });
    assert.deepEqual(
      [got.text, got.ContentType, got.Metadata, got.ContentRange],
      ['<206 bcd>', 'a/b', { x: 'y' }, 'bytes 1-3/10'],
    );
    const [event] = seen;
    assert.deepEqual(
      [event?.configuration.payload, event?.userRequest.headers['range'], event?.userRequest.headers['authorization']],
      ['told', 'bytes=1-3', undefined],
    );
    assert.match(event?.userRequest.url ?? '', /\/writing\/a/);
    // What was told is good for nothing when the function has ended.
    assert.equal((await fetch(event?.getObjectContext?.inputS3Url ?? '')).status, 403);
    if (event !== undefined) await refused(write(event, { Body: 'late' }), 'ValidationError', 400);
    await deploy(
      'writes',
      async (now) => void (await write(now, { StatusCode: 403, ErrorCode: 'NotForYou', ErrorMessage: 'not today' })),
    );
    await refused(get('writing', 'a'), 'NotForYou', 403, /not today/);
  });

  test('what goes wrong reaches the client as an error of S3', async () => {
    await plain('throws', () => {
      throw new TypeError('no such luck');
    });
    await plain('refuses', () => {
      throw Object.assign(new Error('secret'), { code: 'AccessDenied', status: 403 });
    });
    await deploy('silent', async () => null);
    await deploy('late', async () => {
      throw Object.assign(new Error('Task timed out after 3.00 seconds'), { name: 'Sandbox.Timedout' });
    });
    await plain('breaks', async function* ({ body }) {
      yield* body;
      // More than lies anywhere on the way: the client has had some of it.
      for (let count = 0; count < 32; count++) yield Buffer.alloc(1_000_000);
      throw new Error('in the middle');
    });
    for (const name of ['throws', 'refuses', 'silent', 'late', 'breaks']) await point(`of-${name}`, { get: [name] });
    await refused(get('of-throws', 'a'), 'LambdaRuntimeError', 424, /throws.*TypeError: no such luck/);
    await refused(get('of-refuses', 'a'), 'AccessDenied', 403, /^secret$/);
    await refused(get('of-silent', 'a'), 'LambdaResponseNotReceived', 424);
    await refused(get('of-late', 'a'), 'LambdaTimeout', 424, /timed out/);
    await assert.rejects(get('of-breaks', 'a'), { code: 'ECONNRESET' });
    await point('second', { get: ['upper', 'throws'] });
    await refused(get('second', 'a'), 'LambdaRuntimeError', 424);
    assert.equal(
      (await admin('/heddle/v1/access-points/x1y', { bucket: Bucket, path: { get: ['none'] } })).status,
      400,
    );
    assert.equal((await admin('/heddle/v1/access-points/x1y', { bucket: Bucket, path: { got: [] } })).status, 400);
  });

  test('HEAD and LIST are answered by functions', async () => {
    await deploy('heads', async (event) => {
      const { headers } = await fetch(event.headObjectContext?.inputS3Url ?? '', { method: 'HEAD' });
      return {
        statusCode: 200,
        headers: {
          'Content-Length': Number(headers.get('content-length')) * 2,
          'x-amz-meta-seen': headers.get('etag'),
        },
      };
    });
    await deploy('lists', async (event) => {
      const xml = await (await fetch(event.listObjectsV2Context?.inputS3Url ?? '')).text();
      return { statusCode: 200, listResultXml: xml.replaceAll('<Key>large</Key>', '<Key>hidden</Key>') };
    });
    await point('shown', { head: ['heads'], list: ['lists'] });
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'shown', Key: 'a' }));
    assert.deepEqual([head.ContentLength, head.Metadata?.['seen']], [20, '"a925576942e94b2ef57a066101b48876"']);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'shown' }));
    assert.deepEqual(
      Contents?.map(({ Key }) => Key),
      ['a', 'hidden'],
    );
  });

  test('a PUT stores what comes out, and ways around it are closed', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    assert.equal((await admin('/heddle/v1/objects/kept/path', { put: ['upper'], get: ['twice'] })).status, 200);
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'abc' }));
    assert.equal((await get('kept', 'k')).text, 'ABCABC');
    await refused(s3.send(new CreateMultipartUploadCommand({ Bucket: 'kept', Key: 'k' })), 'NotImplemented', 501);
    await refused(
      s3.send(new CopyObjectCommand({ Bucket: 'kept', Key: 'k', CopySource: `${Bucket}/a` })),
      'NotImplemented',
      501,
    );
    await refused(s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: 'kept/k' })), 'NotImplemented', 501);
    const { status } = await admin('/heddle/v1/access-points/around', { bucket: 'kept', path: {} });
    assert.equal(status, 200);
    assert.equal((await get('around', 'k')).text, 'ABCABC');
    await plain('fails', () => {
      throw new Error('no');
    });
    await admin('/heddle/v1/objects/kept/path', { put: ['fails'] });
    await refused(s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'x' })), 'LambdaRuntimeError', 424);
    assert.equal((await get('kept', 'k')).text, 'ABC');
  });
});

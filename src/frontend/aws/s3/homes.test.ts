import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { identityOfForwarded } from '../../../cluster/peers/forwarding/identity.ts';
import { testHosts } from '../../../cluster/peers/testing/hosts.ts';
import { requestHomes } from '../../../daemon/cluster/request-homes.ts';
import { systemClock } from '../../../model/clock.ts';
import { callsFrom } from '../../../model/invocations/caller.ts';
import type { AccessKey } from '../../../store/contract.ts';
import { signatureClaim } from '../../auth/signature-claim.ts';
import { signingKey } from '../../auth/signature.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { signedHeaders } from '../../testing/signed-headers.ts';
import type { RequestHomes } from '../../routes/request-homes.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';
import { s3Client } from './testing.ts';

const Bucket = 'letters';

describe('objects that are asked for at another host than their home', () => {
  const undo = new AsyncDisposableStack();
  let home: TestFrontend;
  /** It knows the key of code that runs there, which the home does not. */
  let away: TestFrontend;
  let ofCode: AccessKey;
  let misdirects = 0;
  let atHome: S3Client;
  let code: S3Client;

  before(async () => {
    const [one, other] = await testHosts(2, undo);
    assert.ok(one !== undefined && other !== undefined);
    const found = { at: 'host', host: other.id, epoch: 1n } as const;
    const homes = {
      settledHomeOf: async () => found,
      homeOf: () => found,
      onChange: () => ({ [Symbol.dispose]() {} }),
    };
    const identityOf = identityOfForwarded;
    const isHome: RequestHomes = { answeredElsewhere: async () => false, whileHeld: async (_, run) => await run() };
    home = undo.use(await startTestFrontend({ identityOf, homes: isHome }));
    const { server, key } = home;
    other.peers.opensTo({
      request: (request, response) => {
        if (misdirects-- > 0) request.once('data', () => response.writeHead(421).end());
        else server.emit('request', request, response);
      },
      upgrade: () => assert.fail(),
    });
    await Promise.all([one.join(), other.join()]);
    const requests = requestHomes({ homes, peers: one.peers, identityOf, why: async () => '', clock: systemClock });
    away = undo.use(await startTestFrontend({ identityOf, homes: requests }));
    ofCode = { ...key, accessKeyId: 'ASIAOFCODE0000000000', secretAccessKey: 'known there', sessionToken: 'a token' };
    const { accounts } = away.store;
    accounts.key = async (id) => (id === ofCode.accessKeyId ? ofCode : undefined);
    away.server.on('connection', (socket) => {
      const nothing = (): undefined => undefined;
      const counts = { begin: nothing, started: nothing, ended: nothing, calls: nothing, connects: nothing };
      callsFrom(socket, { account: key.account, functionName: 'f', ...counts });
    });
    atHome = s3Client(home, { disableHostPrefix: true });
    const { accessKeyId, secretAccessKey, sessionToken = '' } = ofCode;
    code = s3Client(away, { credentials: { accessKeyId, secretAccessKey, sessionToken } });
    undo.defer(() => [atHome, code].forEach((client) => client.destroy()));
    await atHome.send(new CreateBucketCommand({ Bucket }));
  });
  after(() => undo.disposeAsync());

  const read = async (client: S3Client, Key: string): Promise<string | undefined> =>
    await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

  /** Puts an object in one chunk, signed by itself. */
  async function putInChunks(path: string, text: string, sent = text): Promise<Response> {
    const signer = { ...away, key: ofCode };
    const headers = {
      'x-amz-security-token': ofCode.sessionToken ?? '',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': String(text.length),
    };
    const signed = await signedHeaders(signer, 'PUT', path, '', { service: 's3', headers });
    const claim = signatureClaim({ method: 'PUT', path, query: {}, headers: signed });
    const scope = `${claim.date}/${claim.region}/s3/aws4_request`;
    const key = signingKey(claim, ofCode.secretAccessKey);
    let before = claim.signature;
    const chunk = (of: string, as = of): string => {
      const about = `AWS4-HMAC-SHA256-PAYLOAD\n${claim.amzDate}\n${scope}\n${before}\n${hash('sha256', '')}`;
      before = key.sign(`${about}\n${hash('sha256', of)}`).toString('hex');
      return `${as.length.toString(16)};chunk-signature=${before}\r\n${as}\r\n`;
    };
    const body = chunk(text, sent) + chunk('');
    return await fetch(away.url + path, { method: 'PUT', headers: signed, body });
  }

  test('code reads and writes them by the key of its container, which is known where it runs only', async () => {
    await code.send(new PutObjectCommand({ Bucket, Key: 'of code', Body: 'by code' }));
    assert.deepEqual([await read(code, 'of code'), await read(atHome, 'of code')], ['by code', 'by code']);
    await assert.rejects(code.send(new CreateBucketCommand({ Bucket: 'new-one' })), { name: 'AccessDenied' });
  });

  test('a body whose chunks are signed is checked where it is kept, chunk by chunk', async () => {
    const put = await putInChunks(`/${Bucket}/chunks`, 'in chunks');
    assert.equal(put.status, 200, await put.text());
    assert.equal(await read(atHome, 'chunks'), 'in chunks');
    const changed = await putInChunks(`/${Bucket}/chunks`, 'in chunks', 'in chunkz');
    assert.match(await changed.text(), /<Code>SignatureDoesNotMatch</);
    assert.equal(await read(atHome, 'chunks'), 'in chunks');
  });

  test('a body of which some has gone to a host that is not the home is not sent on without that', async () => {
    misdirects = 1;
    const write = (): Promise<unknown> => code.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'a body' }));
    await assert.rejects(write, { name: 'ServiceException', message: /does not answer this/ });
    await write();
    assert.equal(await read(atHome, 'once'), 'a body');
    misdirects = 0;
  });

  test('a function that an object goes through reads and answers by its addresses, wherever it runs', async () => {
    const Code = { ZipFile: await zipOf({ 'index.js': '' }) };
    const about = {
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/r',
      Handler: 'index.handler',
    } as const;
    await home.client().send(new CreateFunctionCommand({ FunctionName: 'upper', Code, ...about }));
    const admin = { method: 'PUT', body: JSON.stringify({ bucket: Bucket, path: { get: ['upper'] } }) };
    const path = '/heddle/v1/access-points/loud';
    const set = await fetch(home.url + path, { ...admin, headers: await signedHeaders(home, 'PUT', path, admin.body) });
    assert.equal(set.status, 200, await set.text());
    let address = '';
    home.workerManager.behaviour = async ({ payload }) => {
      const event = JSON.parse(Buffer.from(payload).toString().replaceAll('http://heddle.internal', away.url));
      address = event.getObjectContext.inputS3Url;
      const text = await (await fetch(address)).text();
      const answered = await fetch(event.heddle.outputUrl, { method: 'POST', body: text.toUpperCase() });
      assert.equal(answered.status, 200, await answered.text());
      return outcomeOf(Buffer.from('{}'));
    };
    await atHome.send(new PutObjectCommand({ Bucket, Key: 'quiet', Body: 'quiet' }));
    const { Body } = await atHome.send(new GetObjectCommand({ Bucket: 'loud', Key: 'quiet' }));
    assert.equal(await Body?.transformToString(), 'QUIET');
    // The function has ended, and its address with it, wherever that is asked.
    for (const url of [address, address.replace(away.url, home.url)]) assert.equal((await fetch(url)).status, 403);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LambdaServiceException, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { presignedUrl, signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend } from '../testing/test-frontend.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { createAccount } from '../../store/credentials.ts';
import { recordOf } from '../../store/testing/record-of.ts';

const list = '/2015-03-31/functions';

describe('authentication by AWS Signature Version 4', () => {
  let service: TestFrontend;
  before(async () => void (service = await startTestFrontend()));
  after(() => service[Symbol.asyncDispose]());

  /** What a refused client sees: status, name, message. */
  async function refusal(headers: Record<string, string>, path = list, init: RequestInit = {}): Promise<string> {
    const response = await fetch(service.url + path, { headers, ...init });
    const body: unknown = await response.json();
    assert(typeof body === 'object' && body !== null && 'message' in body, 'no message in the body');
    return `${response.status} ${response.headers.get('x-amzn-errortype')}: ${String(body.message)}`;
  }

  test('a signed request is answered, also with a query and a body that is hashed in the thread pool', async () => {
    const query = `${list}?MaxItems=10&Else=%2Fa%20b%2B`;
    assert.equal(
      (await fetch(service.url + query, { headers: await signedHeaders(service, 'GET', query) })).status,
      200,
    );
    const body = JSON.stringify('x'.repeat(400_000));
    const invoke = `${list}/none/invocations`;
    const headers = await signedHeaders(service, 'POST', invoke, body);
    assert.equal((await fetch(service.url + invoke, { method: 'POST', headers, body })).status, 404);
  });

  test('an unsigned request is refused', async () => {
    assert.equal(await refusal({}), '403 MissingAuthenticationTokenException: Missing Authentication Token');
  });

  test('a request signed by an unknown key is refused', async () => {
    const key = { ...service.key, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' };
    assert.equal(
      await refusal(await signedHeaders({ ...service, key }, 'GET', list)),
      '403 UnrecognizedClientException: The security token included in the request is invalid.',
    );
  });

  test('a request signed with another secret is refused', async () => {
    const key = { ...service.key, secretAccessKey: 'x'.repeat(40) };
    assert.match(
      await refusal(await signedHeaders({ ...service, key }, 'GET', list)),
      /^403 InvalidSignatureException: The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.$/,
    );
  });

  test('anything that was signed and then changed is refused: path, query, header, body, method', async () => {
    const invoke = `${list}/f/invocations`;
    const headers = await signedHeaders(service, 'POST', invoke, '{"a":1}', { headers: { 'x-amz-log-type': 'None' } });
    const post = { method: 'POST', body: '{"a":1}' };
    assert.equal((await fetch(service.url + invoke, { headers, ...post })).status, 404, 'unchanged it passes');
    const mismatch = /^403 InvalidSignatureException: The request signature/;
    assert.match(await refusal(headers, `${list}/g/invocations`, post), mismatch);
    assert.match(await refusal(headers, `${invoke}?Qualifier=1`, post), mismatch);
    assert.match(await refusal({ ...headers, 'x-amz-log-type': 'Tail' }, invoke, post), mismatch);
    assert.match(await refusal(headers, invoke, { ...post, body: '{"a":2}' }), /x-amz-content-sha256/);
    const { 'x-amz-content-sha256': _hash, ...unhashed } = headers;
    assert.match(await refusal(unhashed, invoke, post), /^403 InvalidSignatureException/);
    assert.match(await refusal(await signedHeaders(service, 'GET', list), `${list}/f`, { method: 'DELETE' }), mismatch);
  });

  test('an x-amz- header that was not signed is refused, in a signed and in a presigned request', async () => {
    const added = { 'x-amz-invocation-type': 'Event' };
    const refused =
      /^403 InvalidSignatureException: 'x-amz-invocation-type' must be a 'SignedHeader' in the AWS Authorization\.$/;
    const headers = await signedHeaders(service, 'GET', list);
    assert.match(await refusal({ ...headers, ...added }), refused);
    const url = await presignedUrl(service, 'GET', list, 60);
    assert.match(await refusal(added, url.slice(service.url.length)), refused);
    const harmless = { 'x-amz-user-agent': 'a', 'amz-sdk-request': 'attempt=1', 'amz-sdk-invocation-id': 'b' };
    assert.equal((await fetch(service.url + list, { headers: { ...headers, ...harmless } })).status, 200);
  });

  test('a payload that is left unsigned is refused, and no payload is not', async () => {
    const unsigned = { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
    const invoke = `${list}/f/invocations`;
    const headers = await signedHeaders(service, 'POST', invoke, '{}', unsigned);
    assert.match(await refusal(headers, invoke, { method: 'POST', body: '{}' }), /A payload must be signed/);
    const bare = await signedHeaders(service, 'GET', list, '', unsigned);
    assert.equal((await fetch(service.url + list, { headers: bare })).status, 200);
  });

  test('an old and a future signature are refused, with the times', async () => {
    const at = (minutes: number): Promise<Record<string, string>> =>
      signedHeaders(service, 'GET', list, '', { signingDate: new Date(Date.now() + minutes * 60_000) });
    assert.match(
      await refusal(await at(-6)),
      /^403 InvalidSignatureException: Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
    assert.match(
      await refusal(await at(6)),
      /^403 InvalidSignatureException: Signature not yet current: .* is still later than .* \+ 5 min\.\)$/,
    );
    assert.equal((await fetch(service.url + list, { headers: await at(-4) })).status, 200);
    assert.equal((await fetch(service.url + list, { headers: await at(4) })).status, 200);
  });

  test('a signature for another service or region is refused', async () => {
    assert.match(
      await refusal(await signedHeaders(service, 'GET', list, '', { service: 'dynamodb' })),
      /InvalidSignatureException: Credential should be scoped to correct service: 'lambda'/,
    );
    assert.match(
      await refusal(await signedHeaders({ ...service, region: 'us-east-2' }, 'GET', list)),
      /InvalidSignatureException: Credential should be scoped to a valid region.*eu-west-1.*us-east-2.*AWS_REGION/,
    );
  });

  test('a session token is refused: there are no temporary keys', async () => {
    const headers = await signedHeaders(service, 'GET', list, '', { headers: { 'x-amz-security-token': 'x' } });
    assert.match(await refusal(headers), /^403 UnrecognizedClientException/);
  });

  test('an authorization header that is none is refused', async () => {
    const good = await signedHeaders(service, 'GET', list);
    const authorization = good['authorization'] ?? '';
    for (const [bad, message] of [
      ['Bearer x', /IncompleteSignatureException/],
      ['AWS4-HMAC-SHA256 SignedHeaders=host', /requires 'Credential' parameter/],
      [authorization.replace(/Signature=.*/, 'Signature='), /requires 'Signature' parameter/],
      [authorization.replace(/Signature=.*/, 'Signature=zz'), /InvalidSignatureException/],
      [authorization.replace('/aws4_request', ''), /5 slash-delimited elements/],
      [authorization.replace('host;', ''), /'Host' must be a signed header/],
      [authorization.replace(/SignedHeaders=[^,]*/, 'SignedHeaders=host'), /'X-Amz-Date' must be a signed header/],
      [authorization.replace('SignedHeaders=', 'SignedHeaders=a;'), /signed header 'a' is not in the request/],
    ] as const)
      assert.match(await refusal({ ...good, authorization: bad }), message);
    assert.match(await refusal({ ...good, 'x-amz-date': 'today' }), /X-Amz-Date/);
    assert.match(await refusal({ ...good, 'x-amz-date': '20269999T999999Z' }), /InvalidSignatureException/);
  });

  test('a presigned URL is answered until it expires, and for its own path only', async () => {
    const url = await presignedUrl(service, 'GET', list, 60);
    assert.equal((await fetch(url)).status, 200);
    const old = await presignedUrl(service, 'GET', list, 60, { signingDate: new Date(Date.now() - 120_000) });
    assert.match(await refusal({}, old.slice(service.url.length)), /InvalidSignatureException: Signature expired/);
    assert.match(
      await refusal({}, url.slice(service.url.length).replace('/functions?', '/functions/f?')),
      /InvalidSignatureException: The request signature/,
    );
    assert.match(
      await refusal({}, url.slice(service.url.length).replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')),
      /InvalidSignatureException: The request signature/,
    );
  });

  test('the SDK raises the refusal as an error of that name', async () => {
    const { accessKeyId } = service.key;
    const client = service.client({ credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    await assert.rejects(client.send(new ListFunctionsCommand({})), (error) => {
      assert(error instanceof LambdaServiceException);
      assert.equal(error.name, 'InvalidSignatureException');
      assert.match(error.message, /does not match the signature you provided/);
      return true;
    });
  });

  test('the body of a request that cannot be admitted is not read', async () => {
    const response = await fetch(`${service.url}${list}`, { method: 'POST', body: Buffer.alloc(20_000_000) }).catch(
      () => undefined,
    );
    // Refused while the client was still sending: it sees either the refusal or the closed connection.
    assert(response === undefined || response.status === 403);
  });

  test("one account does not see, invoke, change or delete another's functions", async () => {
    const other = await createAccount(service.store, Date.now());
    const theirs = { ...service, key: other };
    const record = recordOf('private', { account: service.key.account });
    await service.store.functions.create(record);
    const status = async (method: string, path: string): Promise<number> => {
      const body = method === 'GET' || method === 'DELETE' ? '' : '{}';
      const headers = await signedHeaders(theirs, method, path, body);
      return (await fetch(service.url + path, { method, headers, ...(body !== '' && { body }) })).status;
    };
    for (const [name, refused] of [
      ['private', 404],
      // As on AWS, and whether it exists or not.
      [encodeURIComponent(record.latest.arn), 403],
      [encodeURIComponent(`${record.latest.arn}-not`), 403],
    ] as const) {
      assert.equal(await status('GET', `${list}/${name}`), refused);
      assert.equal(await status('POST', `${list}/${name}/invocations`), refused);
      assert.equal(await status('PUT', `${list}/${name}/configuration`), refused);
      assert.equal(await status('DELETE', `${list}/${name}`), refused);
      assert.equal(await status('GET', `/heddle/v1/functions/${name}/logs`), refused);
    }
    const listed = await fetch(service.url + list, { headers: await signedHeaders(theirs, 'GET', list) });
    assert.deepEqual(await listed.json(), { Functions: [] });
  });
});

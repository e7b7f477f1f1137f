import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { presignedUrl, signedHeaders } from '../testing/signed-headers.ts';
import { startTestFrontend, type TestFrontend } from '../testing/test-frontend.ts';
import { sessionPath } from '../../protocol/session/session-socket.ts';

describe('A WebSocket for a session', () => {
  let service: TestFrontend;
  before(async () => {
    service = await startTestFrontend();
  });
  after(() => service[Symbol.asyncDispose]());

  const presigned = async (secret = service.key.secretAccessKey): Promise<string> => {
    const key = { ...service.key, secretAccessKey: secret };
    return await presignedUrl({ ...service, key }, 'GET', sessionPath, 60);
  };
  const closing = async (url: string, origin = 'https://anywhere.example'): Promise<string> => {
    const [code, reason] = await once(new WebSocket(url, { origin }), 'close');
    return `${code} ${String(reason)}`;
  };

  test('is opened by who signs its address, from a page of any origin', async () => {
    const socket = new WebSocket(await presigned(), { origin: 'https://anywhere.example' });
    await once(socket, 'open');
    socket.close(1_000);
    await once(socket, 'close');
  });

  test('is closed at once with the reason where a signed address is refused, which a page can read', async () => {
    assert.match(await closing(await presigned('wrong')), /^4403 The request signature we calculated does not match/);
    const old = await presignedUrl(service, 'GET', sessionPath, 60, { signingDate: new Date(Date.now() - 120_000) });
    assert.match(await closing(old), /^4403 Signature expired/);
    const elsewhere = (await presigned()).replace(sessionPath, '/heddle/v1/other');
    assert.match(await closing(elsewhere), /^4404 There is no WebSocket on this path/);
    assert.match(await closing(`${service.url}${sessionPath}?X-Amz-Signature=0`), /^4403 X-Amz-Algorithm must be/);
  });

  test('is refused by HTTP where a header was to sign it, or nothing, cookies included', async () => {
    const headers = await signedHeaders(service, 'GET', '/heddle/v1/other');
    for (const given of [headers, { cookie: 'session=1' }]) {
      const [, response] = await once(
        new WebSocket(service.url + sessionPath, { headers: given }),
        'unexpected-response',
      );
      assert.equal(response.statusCode, 403);
      response.resume();
    }
  });
});

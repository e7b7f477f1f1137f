import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { hostCertificate } from '../certificate.ts';
import { connectTo } from '../connect.ts';
import { encodeValue } from '../link/value.ts';
import { asked, forwarding, key } from '../testing/forwarding.ts';
import { identityHeader, identityOfForwarded } from './identity.ts';

test('a body is no request of its own, whatever headers say of each other', async () => {
  await using undo = new AsyncDisposableStack();
  const seen: unknown[] = [];
  const { port } = await forwarding(undo, {
    request: (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += String(part)));
      request.once('end', () => {
        seen.push([request.method, request.url, identityOfForwarded(request)?.key.account, body]);
        response.end();
      });
    },
  });
  const identity = encodeValue({ key: { ...key, account: '000000000002' } }).toString('base64url');
  const body = `GET /forged HTTP/1.1\r\n${identityHeader}: ${identity}\r\n\r\n`;
  const methods = ['GET', 'DELETE', 'PUT'];
  for (const method of methods) {
    const headers = ['Host', 'a', 'Connection', 'keep-alive, Content-Length', 'Content-Length', String(body.length)];
    await asked(port, headers, body, method);
    await asked(port, ['Host', 'a', 'Connection', 'Transfer-Encoding', 'Transfer-Encoding', 'chunked'], body, method);
  }
  await asked(port, ['Host', 'a'], undefined, 'GET');
  const expected = methods.flatMap((method) =>
    Array.from({ length: 2 }, () => [method, '/a%20b?c=d', key.account, body]),
  );
  assert.deepEqual(seen, [...expected, ['GET', '/a%20b?c=d', key.account, '']]);
});

test('no client is given a link between hosts', async () => {
  await using undo = new AsyncDisposableStack();
  const { port, one, other, known } = await forwarding(undo, { upgrade: (_request, socket) => socket.destroy() });
  const head = `GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: heddle-peer\r\nheddle-peer-protocol: 1-1\r\n`;
  const record = known.seenBy(one.id).find(other.id) ?? assert.fail('It is not known.');
  const asHost = await connectTo(record, await hostCertificate(one.home, one.id));
  // Neither by the host that it asks, nor by the other one, which is told for whom it is.
  const tries = [
    { socket: connect(port, '127.0.0.1'), text: `${head}\r\n` },
    { socket: asHost, text: `${head}${identityHeader}: ${encodeValue({ key }).toString('base64url')}\r\n\r\n` },
  ];
  for (const { socket, text } of tries) {
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += String(data))).on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    assert.equal(answer, '');
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { PartWriter } from './part-writer.ts';

type Serve = (writer: PartWriter, response: ServerResponse) => Promise<void>;

/** Serves one answer; gives where. */
async function serving(
  serve: Serve,
): Promise<AsyncDisposable & { readonly port: number; readonly served: Promise<void> }> {
  const served = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.writeHead(200, ['content-type', 'text/plain']);
    serve(new PartWriter(response), response).then(served.resolve, served.reject);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { port: address.port, served: served.promise, [Symbol.asyncDispose]: dispose };
}

function get(port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject).end();
  });
}

test('parts of any size come whole and in order to a slow client, though their memory is used again at once', async () => {
  const memory = Buffer.alloc(65_536);
  const sizes = Array.from({ length: 200 }, (_, n) => [65_536, 1, 16_384, 16_385, 40_000, 0][n % 6] ?? 0);
  await using server = await serving(async (writer) => {
    for (const [n, size] of sizes.entries()) {
      memory.fill(n % 251);
      assert.ok(await writer.write(Buffer.of(n % 251), memory.subarray(0, size), Buffer.of(n % 251)));
    }
    writer.end();
  });
  const response = await get(server.port);
  const parts: Buffer[] = [];
  for await (const part of response) {
    parts.push(Buffer.from(part));
    // So that its socket fills up.
    if (parts.length % 50 === 1) await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  await server.served;
  const expected = Buffer.concat(sizes.map((size, n) => Buffer.alloc(size + 2, n % 251)));
  assert.ok(Buffer.concat(parts).equals(expected));
});

test('each part is one chunk, and a client of HTTP/1.0 gets none', async () => {
  for (const [version, body] of [
    ['1.1', `3\r\none\r\n${(70_002).toString(16)}\r\n<${'x'.repeat(70_000)}>\r\n0\r\n\r\n`],
    ['1.0', `one<${'x'.repeat(70_000)}>`],
  ] as const) {
    await using server = await serving(async (writer) => {
      await writer.write(Buffer.from('one'));
      await writer.write(Buffer.from('<'), Buffer.alloc(70_000, 'x'), Buffer.from('>'));
      writer.end();
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET / HTTP/${version}\r\nhost: x\r\nconnection: close\r\n\r\n`);
    let text = '';
    for await (const part of socket) text += String(part);
    assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4), body);
  }
});

test('who writes to a client that reads nothing waits, and hears when it has gone', async () => {
  const memory = Buffer.alloc(65_536, 'x');
  const written = Promise.withResolvers<void>();
  await using server = await serving(async (writer, response) => {
    while (await writer.write(memory)) if (response.writableLength > 0) assert.fail('It was not waited for.');
    written.resolve();
  });
  const response = await get(server.port);
  response.pause();
  const waits = Promise.race([
    written.promise.then(() => 'ended'),
    new Promise((resolve) => void setImmediate(resolve)),
  ]);
  assert.equal(await waits, undefined);
  response.destroy();
  await written.promise;
  await server.served;
});

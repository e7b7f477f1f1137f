import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { isFromInside } from './loopback.ts';

test('who has come over the network is not from inside, also when he has hung up and has no address any more', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const client = connect(address.port, '127.0.0.1');
  const [socket]: Socket[] = await once(server, 'connection');
  assert.ok(socket !== undefined);
  socket.resume();
  client.destroy();
  await once(socket, 'close');
  server.close();
  assert.equal(socket.remoteAddress, undefined);
  assert.equal(isFromInside(socket), false);
  assert.equal(isFromInside(duplexPair()[0]), true);
});

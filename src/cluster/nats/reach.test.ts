import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { inWords, ServerCount } from './reach.ts';

async function listening(onConnection: (server: Server) => Server): Promise<{ server: Server; url: string }> {
  const server = onConnection(createServer()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { server, url: `nats://127.0.0.1:${address.port}` };
}

test('servers are counted that say who they are; one that stands still, and one that is gone, do not', async () => {
  const speaks = await listening((server) => server.on('connection', (socket) => socket.write('INFO {}\r\n')));
  const standsStill = await listening((server) => server);
  const gone = await listening((server) => server);
  gone.server.close();
  const servers = [speaks.url, standsStill.url, gone.url];
  const reach = await new ServerCount({ servers, replicas: 3 }, () => []).count();
  assert.deepEqual(reach, { answering: 1, known: 3 });
  // Where the settings name one of three, the others are those that it tells of.
  const gossip = (): string[] => [speaks.url, gone.url].map((url) => new URL(url).host);
  assert.deepEqual(await new ServerCount({ servers: [speaks.url], replicas: 3 }, gossip).count(), reach);
  for (const { server } of [speaks, standsStill]) server.close();
});

test('how many answer and how many have to is a sentence', () => {
  const words = "1 of the cluster's 3 NATS servers answers this host, and 2 have to";
  assert.equal(inWords({ answering: 1, known: 3 }), words);
  assert.equal(inWords({ answering: 0, known: 1 }), "0 of the cluster's 1 NATS server answer this host, and 1 has to");
});

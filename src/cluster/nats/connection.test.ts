import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join, dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createUser } from '@nats-io/nkeys';
import { silentLogger, testLink } from '../testing/links.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { openBucket } from './buckets.ts';
import { openObjects } from './objects.ts';
import { type NatsLink, openNatsLink } from './connection.ts';
import { ensureStream, untilAnswered } from './streams.ts';
import { isConflict, isUnavailable } from './unavailable.ts';

const minutes = { timeout: 300_000 };
const patience = (): AbortSignal => AbortSignal.timeout(280_000);

let nats: TestNats;
before(async () => {
  nats = await startNatsServers(3);
}, minutes);
after(() => nats[Symbol.asyncDispose]());

/** Resolves when the link is up, or down. */
async function until(link: NatsLink, up: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = link.onChange((now) => now === up && resolve());
  if (link.up === up) resolve();
  await promise;
}

/** As much of a server as is needed to connect to one; what clients say is handed to `hear`. */
async function sayingServer(
  version: string,
  hear: (socket: Socket, said: string) => unknown,
): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const info = { server_id: 'x', server_name: 'server', version, max_payload: 1, nonce: 'x', headers: true };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => void hear(socket, data.toString()));
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `nats://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a key that the servers do not know, or that others can read, is refused in words', minutes, async () => {
  const keyFile = join(dirname(nats.keys.hostsFile), 'stranger.nk');
  await writeFile(keyFile, createUser().getSeed(), { mode: 0o600 });
  const settings = { ...nats.settings, keyFile };
  await assert.rejects(testLink(settings), /do not know the key/);
  await chmod(keyFile, 0o640);
  await assert.rejects(testLink(settings), /chmod 600/);
  await writeFile(keyFile, 'SUNONSENSE');
  await chmod(keyFile, 0o600);
  await assert.rejects(testLink(settings), /has no seed/);
  await assert.rejects(testLink({ ...settings, keyFile: '/nowhere/key' }), /could not be read/);
});

test('a server that is too old is refused', minutes, async () => {
  await using server = await sayingServer(
    '2.9.10',
    (socket, said) => said.includes('PING') && socket.write('PONG\r\n'),
  );
  await assert.rejects(
    testLink({ ...nats.settings, servers: [server.url] }),
    /server is 2\.9\.10; a cluster needs 2\.10/,
  );
});

test(
  'a server that gave up waiting for the key is tried again: it has not said that the key is wrong',
  minutes,
  async () => {
    let refused = 0;
    await using server = await sayingServer('2.10.27', (socket, said) => {
      if (!said.includes('CONNECT')) return said.includes('PING') && socket.write('PONG\r\n');
      if (refused > 0) return socket.write('PONG\r\n');
      refused += 1;
      return socket.end("-ERR 'Authentication Timeout'\r\n");
    });
    await using link = await testLink({ ...nats.settings, servers: [server.url] });
    assert.deepEqual([refused, link.up], [1, true]);
  },
);

test(
  'hosts that make the same bucket at once all have it, and one that is made otherwise is refused',
  minutes,
  async () => {
    await using links = new AsyncDisposableStack();
    const all = await Promise.all([1, 2, 3].map(async () => links.use(await testLink(nats.settings))));
    const buckets = await Promise.all(all.map((link) => openBucket(link, 'together', { replicas: 3 }, patience())));
    const revision = await buckets[0]?.put('key', 'one');
    assert.equal((await buckets[1]?.get('key'))?.string(), 'one');
    await assert.rejects(async () => await buckets[2]?.update('key', 'two', (revision ?? 0) + 1), isConflict);
    const [link] = all;
    assert.ok(link);
    await assert.rejects(
      openBucket(link, 'together', { replicas: 3, valueBytesMax: 100 }, patience()),
      /max_msg_size is 65536, and should be 100/,
    );
  },
);

test('a link goes on at another server, and says when there is none', minutes, async () => {
  await using link = await testLink({ ...nats.settings, servers: [nats.urls[0] ?? ''] });
  await ensureStream(link, 'GOES_ON', 3, { subjects: ['goes.on'] }, patience());
  await nats.servers[0]?.kill();
  await until(link, false);
  assert.equal(link.publish('nobody', new Uint8Array()), false);
  await until(link, true);
  assert.equal(link.publish('nobody', new Uint8Array()), true);
  await Promise.all([nats.servers[1]?.kill(), nats.servers[2]?.kill()]);
  await until(link, false);
  await assert.rejects(link.jetstream.publish('goes.on', 'x', { timeout: 50 }), isUnavailable);
  await Promise.all(nats.servers.map((server) => server.restart()));
  await until(link, true);
  await nats.ready();
  const { seq } = await untilAnswered(() => link.jetstream.publish('goes.on', 'y'), patience());
  assert.ok(seq >= 1);
});

test('a server that stands still is left for another', minutes, async () => {
  await using link = await testLink({ ...nats.settings, servers: [nats.urls[1] ?? ''] });
  nats.servers[1]?.pause();
  try {
    await until(link, false);
    await until(link, true);
    assert.notEqual(link.connection.info?.server_name, 'n2');
  } finally {
    nats.servers[1]?.resume();
  }
});

test('a host that starts before its servers waits for them', minutes, async () => {
  await using servers = await startNatsServers(1);
  await servers.servers[0]?.kill();
  const opening = openNatsLink({ settings: servers.settings, name: 'early', logger: silentLogger, signal: patience() });
  await wait(100);
  await servers.servers[0]?.restart();
  await using link = await opening;
  assert.equal(link.up, true);
});

test('what was made with one replica gets three where those are asked for, and keeps them', minutes, async () => {
  await using link = await testLink(nats.settings);
  const seen: number[][] = [];
  for (const replicas of [1, 3, 1]) {
    await ensureStream(link, 'GROWS', replicas, { subjects: ['grows'] }, patience());
    await openBucket(link, 'grows', { replicas }, patience());
    await untilAnswered(() => openObjects(link.connection, 'grows', replicas), patience());
    const kept = ['GROWS', 'KV_grows', 'OBJ_grows'].map(async (name) => (await link.manager.streams.info(name)).config);
    seen.push((await Promise.all(kept)).map((config) => config.num_replicas));
  }
  assert.deepEqual(seen, [
    [1, 1, 1],
    [3, 3, 3],
    [3, 3, 3],
  ]);
});

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { AuthorizationError, connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { readSeed } from './seed.ts';

let nats: TestNats;
before(async () => {
  nats = await startNatsServers(1);
});
after(() => nats[Symbol.asyncDispose]());

async function connected(keyFile: string): Promise<NatsConnection> {
  const authenticator = nkeyAuthenticator((await readSeed(keyFile)).getSeed());
  return connect({ servers: [...nats.urls], authenticator, reconnect: false });
}

test('seeds are for their owner only', async () => {
  for (const file of [nats.keys.hostsFile, nats.keys.monitoringFile])
    assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('nobody is let in without a key', async () => {
  await assert.rejects(connect({ servers: [...nats.urls], reconnect: false }), AuthorizationError);
  await assert.rejects(
    connect({ servers: [...nats.urls], reconnect: false, user: 'route', pass: nats.keys.routePassword }),
    AuthorizationError,
  );
});

test('who watches the servers sees how they do, and nothing that is kept there', async () => {
  await using hosts = await connected(nats.keys.hostsFile);
  await using monitoring = await connected(nats.keys.monitoringFile);
  const { data } = await monitoring.request('$SYS.REQ.SERVER.PING.VARZ', '', { timeout: 60_000 });
  assert.match(Buffer.from(data).toString(), /"version"/);
  await assert.rejects(monitoring.request('$SYS.REQ.SERVER.PING.RELOAD', '', { timeout: 500 }));
  await assert.rejects(jetstreamManager(monitoring, { timeout: 500 }));
  const heard: string[] = [];
  monitoring.subscribe('>', { callback: (error, message) => void (error ?? heard.push(message.subject)) });
  monitoring.subscribe('_INBOX.>', { callback: (error, message) => void (error ?? heard.push(message.subject)) });
  await monitoring.flush();
  hosts.publish('heddle.secret', 'x');
  hosts.publish('_INBOX.secret', 'x');
  await hosts.flush();
  await monitoring.flush();
  assert.deepEqual(heard, []);
});

test('what was acknowledged is there when the server was killed', async () => {
  const write = async (): Promise<void> => {
    await using hosts = await connected(nats.keys.hostsFile);
    const streams = await jetstreamManager(hosts);
    await streams.streams.add({ name: 'kept', subjects: ['kept.>'] });
    for (let count = 0; count < 50; count++) await jetstream(hosts).publish('kept.one', `${count}`);
  };
  await write();
  const [server] = nats.servers;
  await server?.kill();
  assert.equal(server?.running, false);
  await server?.restart();
  await nats.ready();
  await using hosts = await connected(nats.keys.hostsFile);
  const { state } = await (await jetstreamManager(hosts)).streams.info('kept');
  assert.equal(state.messages, 50);
});

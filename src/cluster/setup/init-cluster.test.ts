import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { ensureNatsServer } from '../../image/nats-server.ts';
import { testCache } from '../../instance/testing/places.ts';
import { startNatsProcess } from '../nats/server-process.ts';
import { readSeed } from '../nats/seed.ts';
import { initCluster } from './init-cluster.ts';

const startMsMax = 240_000;

test('real servers run by the files of three machines, by TLS only, for hosts with their key only', async () => {
  const signal = AbortSignal.timeout(startMsMax);
  const root = await mkdtemp(join(tmpdir(), 'heddle-init-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(root, { recursive: true, force: true }));
  const { path: program } = await ensureNatsServer(testCache(), () => undefined, signal);
  const folder = join(root, 'files');
  // All of 127/8 is this machine.
  const addresses = [1, 2, 3].map((n) => `127.${process.pid % 200}.${(process.pid >> 8) % 250}.${n}`);
  const made = await initCluster({ folder, addresses, store: '/var/lib/nats/heddle', etc: '/etc/heddle-nats' });
  for (const file of globSync(`${folder}/**/*`)) {
    const { mode } = await stat(file);
    assert.equal(mode & 0o077, 0, `${file} can be read by others`);
  }
  await assert.rejects(initCluster({ folder, addresses, store: '/x', etc: '/y' }), /has something in it/);

  for (const [n, server] of made.servers.entries()) {
    const config = (await readFile(join(server.folder, 'nats-server.conf'), 'utf8'))
      .replaceAll('/etc/heddle-nats', server.folder)
      .replaceAll('/var/lib/nats/heddle', join(root, `store-${n}`));
    undo.use(await startNatsProcess({ program, configFile: join(root, `${n}.conf`), config }));
  }
  const seed = (await readSeed(join(made.hosts, 'hosts.nk'))).getSeed();
  const tls = { caFile: join(made.hosts, 'ca.crt') };
  const servers = [...made.urls];
  const connection = await connect({ servers, authenticator: nkeyAuthenticator(seed), tls, timeout: 60_000 });
  const manager = await jetstreamManager(connection, { timeout: 2_000, checkAPI: false });
  const { cluster } = await eventually(signal, () =>
    manager.streams.add({ name: 'TRY', subjects: ['try'], num_replicas: 3 }),
  );
  assert.equal(cluster?.replicas?.length, 2);
  await connection.close();

  await assert.rejects(connect({ servers, tls, timeout: 60_000, reconnect: false }), /authoriz/i);
  await assert.rejects(connect({ servers, tls: { ca: '' }, authenticator: nkeyAuthenticator(seed), reconnect: false }));
});

/** What does not work before the servers have found each other. */
async function eventually<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      await wait(100);
    }
}

import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Objm } from '@nats-io/obj';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { readSeed } from '../nats/seed.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { Archive } from './archive.ts';
import { backUp, restore } from './transfer.ts';

const silent = (): void => undefined;
const objectBytes = 3_000_000;

async function connected(nats: TestNats): Promise<NatsConnection & AsyncDisposable> {
  const seed = (await readSeed(nats.keys.hostsFile)).getSeed();
  const connection = await connect({
    servers: [...nats.urls],
    authenticator: nkeyAuthenticator(seed),
    timeout: 60_000,
  });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

/** As a log with its snapshots, and code beside it. */
async function fill(connection: NatsConnection, replicas: number): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'STATE', subjects: ['state'], num_replicas: replicas });
  for (let n = 1; n <= 20; n += 1) await jetstream(connection).publish('state', `entry ${n}`);
  await manager.streams.purge('STATE', { seq: 6 });
  for (const bucket of ['STATE_SNAPSHOTS', 'CODE']) {
    const objects = await new Objm(connection).create(bucket, { replicas });
    await objects.putBlob({ name: 'one' }, new Uint8Array(objectBytes).fill(7));
  }
}

describe('a backup of three servers', () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heddle-transfer-'));
    file = join(folder, 'backup');
    await using nats = await startNatsServers(3);
    await using connection = await connected(nats);
    await fill(connection, 3);
    const { manifest } = await backUp(connection, file, silent);
    assert.deepEqual(
      manifest.streams.map(({ name }) => name),
      ['OBJ_STATE_SNAPSHOTS', 'STATE', 'OBJ_CODE'],
    );
    await assert.rejects(backUp(connection, file, silent), /EEXIST/);
    assert.deepEqual(await readdir(folder), ['backup']);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is all there again in servers that had nothing, at the same positions; and only there', async () => {
    await using nats = await startNatsServers(1);
    await using connection = await connected(nats);
    await restore(connection, file, 1, silent);
    const manager = await jetstreamManager(connection);
    const { state, config } = await manager.streams.info('STATE');
    assert.deepEqual([state.first_seq, state.last_seq, config.num_replicas], [6, 20, 1]);
    const entry = await manager.streams.getMessage('STATE', { seq: 20 });
    assert.equal(entry?.string(), 'entry 20');
    // The next one comes behind those that were there.
    assert.equal((await jetstream(connection).publish('state', 'next', { expect: { lastSequence: 20 } })).seq, 21);
    const code = await (await new Objm(connection).open('CODE')).getBlob('one');
    assert.deepEqual(code, new Uint8Array(objectBytes).fill(7));
    await assert.rejects(restore(connection, file, 1, silent), /keep 3 streams already/);
  });

  test('that is damaged is refused before anything is put', async () => {
    const damaged = join(folder, 'damaged');
    {
      await using from = await open(file);
      await using to = await open(damaged, 'w');
      const bytes = await from.readFile();
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await to.writeFile(bytes);
    }
    using archive = await Archive.open(damaged);
    await assert.rejects(archive.verify(), /is damaged: its SHA-256|CRC/i);
    await using nats = await startNatsServers(1);
    await using connection = await connected(nats);
    await assert.rejects(restore(connection, damaged, 1, silent), /is damaged|CRC/i);
    const manager = await jetstreamManager(connection);
    assert.equal((await manager.getAccountInfo()).streams, 0);
    await rm(damaged);
  });
});

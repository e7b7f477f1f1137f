import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { pino } from 'pino';
import { connectTo } from '../log/testing/connect.ts';
import { ClusterUnavailableError } from '../contract.ts';
import { TestLease } from '../testing/memory-log.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { shardLog } from './shard-log.ts';
import { ShardStore } from './shard-store.ts';

const logger = pino({ level: 'silent' });
let nats: TestNats;
let connection: NatsConnection;
let home: string;

before(async () => {
  nats = await startNatsServers(3);
  connection = await connectTo(nats.settings);
  home = await mkdtemp(join(tmpdir(), 'heddle-shard-nats-'));
});
after(async () => {
  await connection?.close();
  await nats?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

let homes = 0n;
/** As a home does: while servers elect among themselves, it asks again. */
async function openShard(name: string): Promise<ShardStore> {
  for (;;) {
    homes += 1n;
    const lease = new TestLease(name, homes);
    const log = shardLog(connection, name, 3);
    const folder = join(home, String(homes));
    try {
      return await ShardStore.open({ folder, log, lease, onLost: () => undefined, logger, snapshotBytes: 20_000 });
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
    }
  }
}

async function streams(): Promise<readonly string[]> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  return names.toSorted();
}

test('a shard in which nothing is kept has no stream', async () => {
  await using store = await openShard('shard-7');
  assert.equal(store.used, false);
  assert.deepEqual(await streams(), []);
});

test('what was acknowledged is there after a server died, and another home goes on with it', async () => {
  const first = await openShard('shard-0');
  const put = (store: ShardStore, n: number): Promise<void> => store.parts.notes.put({ name: `n${n}`, text: `${n}` });
  await Promise.all(Array.from({ length: 500 }, (_, n) => put(first, n)));
  const acknowledged: number[] = [];
  const more = Array.from({ length: 200 }, (_, n) => put(first, 500 + n).then(() => acknowledged.push(500 + n)));
  await nats.servers[0]?.kill();
  await Promise.all(more);
  // As a host that died has it.
  await first.drop(new Error('dead'));
  await using second = await openShard('shard-0');
  assert.equal(acknowledged.length, 200);
  for (let n = 0; n < 700; n += 1) assert.equal(await second.parts.notes.get(`n${n}`), String(n));
  await nats.servers[0]?.restart();
  await nats.ready();
});

test('a home that was followed is refused by the log, whatever it believes', async () => {
  const old = await openShard('shard-1');
  await old.parts.notes.put({ name: 'a', text: '1' });
  await using next = await openShard('shard-1');
  await assert.rejects(old.parts.notes.put({ name: 'a', text: 'late' }), { name: 'StoppingError' });
  assert.equal(await next.parts.notes.get('a'), '1');
  await old.drop(new Error('over'));
});

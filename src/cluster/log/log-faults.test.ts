import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { ClusterUnavailableError, LogConflictError, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { openLog } from './open-log.ts';
import { connectTo } from './testing/connect.ts';

/** Times that the leader is killed while three write. */
const kills = 4;
/** Entries acknowledged before, between and after. */
const between = 30;

describe('a log on three servers', () => {
  let nats: TestNats;
  const connections: NatsConnection[] = [];

  before(async () => {
    nats = await startNatsServers(3);
    for (let index = 0; index < 3; index++) connections.push(await connectTo(nats.settings));
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    await nats?.[Symbol.asyncDispose]();
  });

  const open = (name: string): Promise<ReplicatedLog[]> =>
    Promise.all(connections.map((connection) => openLog({ connection, name, replicas: 3 })));

  test('what was acknowledged is there once and in one order, whatever leaders are killed', async () => {
    const logs = await open('KILLED');
    const stop = new AbortController();
    const acknowledged = new Map<string, LogPosition>();
    let changed = Promise.withResolvers<void>();
    const writers = logs.map((log, index) =>
      write(log, `w${index}`, stop.signal, (word, position) => {
        acknowledged.set(word, position);
        changed.resolve();
      }),
    );
    const more = async (count: number): Promise<void> => {
      for (const enough = acknowledged.size + count; acknowledged.size < enough;) {
        changed = Promise.withResolvers();
        await changed.promise;
      }
    };
    await more(between);
    for (let kill = 0; kill < kills; kill++) {
      const leader = await leaderOf(connections, 'KILLED', nats);
      await leader.kill();
      await more(between);
      await leader.restart();
      await more(between);
    }
    stop.abort();
    const seen = await Promise.all(writers);
    // Each has followed from the beginning, through all of it.
    const tail = await ended(logs);
    const histories = await Promise.all(logs.map((log) => history(log, tail)));
    const [first = new Map()] = histories;
    for (const other of histories) assert.deepEqual([...other], [...first]);
    for (const [word, position] of acknowledged) assert.equal(first.get(word), position, `${word} at ${position}`);
    for (const { followed } of seen)
      assert.deepEqual(followed, [...first.keys()].slice(0, followed.length), 'what a writer followed has no gap');
  });

  test('without a majority nothing is added, and what was is there afterwards', async () => {
    const [log] = await open('ALONE');
    assert.ok(log !== undefined);
    const first = await log.append(Buffer.from('a'), 0n);
    const [, second, third] = nats.servers;
    assert.ok(second !== undefined && third !== undefined);
    await Promise.all([second.kill(), third.kill()]);
    await assert.rejects(log.append(Buffer.from('b'), first), ClusterUnavailableError);
    await Promise.all([second.restart(), third.restart()]);
    await nats.ready();
    // What nobody told may have been added after all, and is then known by what it is.
    const position = await again(log, first);
    const found = [...(await history(log, position)).keys()];
    assert.ok(['a c', 'a b'].includes(found.join(' ')), found.join(' '));
  });
});

/** Adds words behind what it has seen until it is stopped. Ends with what it followed on the way. */
async function write(
  log: ReplicatedLog,
  name: string,
  stop: AbortSignal,
  acknowledged: (word: string, position: LogPosition) => void,
): Promise<{ readonly followed: readonly string[] }> {
  const followed: string[] = [];
  let seen: LogPosition = 0n;
  let come = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const { position, data } of log.follow(0n, stop)) {
      followed.push(Buffer.from(data).toString());
      seen = position;
      come.resolve();
    }
    come.resolve();
  })();
  for (let count = 0; !stop.aborted; count++) {
    const word = `${name}-${count}`;
    const before = seen;
    come = Promise.withResolvers();
    try {
      acknowledged(word, await log.append(Buffer.from(word), before));
    } catch (error) {
      // Nobody knows whether it is there: whoever checks looks for acknowledged ones.
      if (!(error instanceof LogConflictError || error instanceof ClusterUnavailableError)) throw error;
      if (error instanceof ClusterUnavailableError) continue;
    }
    while (seen === before && !stop.aborted) await come.promise;
  }
  await reading;
  return { followed };
}

async function leaderOf(
  connections: readonly NatsConnection[],
  name: string,
  nats: TestNats,
): Promise<TestNats['servers'][number]> {
  for (;;) {
    for (const connection of connections) {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      const info = await manager.streams.info(name).catch(() => undefined);
      const leader = nats.servers.find((server) => server.name === info?.cluster?.leader && server.running);
      if (leader !== undefined) return leader;
    }
    await wait(50);
  }
}

/** Where it ends, when all can tell again. */
async function ended(logs: readonly ReplicatedLog[]): Promise<LogPosition> {
  for (;;) {
    try {
      const [log] = logs;
      assert.ok(log !== undefined);
      return await log.tail();
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
    }
  }
}

async function again(log: ReplicatedLog, after: LogPosition): Promise<LogPosition> {
  for (;;) {
    try {
      return await log.append(Buffer.from('c'), after);
    } catch (error) {
      if (error instanceof LogConflictError) return await log.tail();
      if (!(error instanceof ClusterUnavailableError)) throw error;
    }
  }
}

async function history(log: ReplicatedLog, tail: LogPosition): Promise<ReadonlyMap<string, LogPosition>> {
  const found = new Map<string, LogPosition>();
  const end = new AbortController();
  for await (const { position, data } of log.follow(0n, end.signal)) {
    const word = Buffer.from(data).toString();
    assert.ok(!found.has(word), `${word} is there twice`);
    found.set(word, position);
    if (position >= tail) end.abort();
  }
  return found;
}

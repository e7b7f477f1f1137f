import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { LogConflictError, LogTrimmedError, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { startNatsServers, type TestNats } from '../testing/nats.ts';
import { lazyLog } from './lazy-log.ts';
import { LogFullError, logLimits } from './log-limits.ts';
import { LogStream } from './log-stream.ts';
import { openLog } from './open-log.ts';
import { partHeaders } from './parts.ts';
import { connectTo } from './testing/connect.ts';

describe('a log on one server', () => {
  let nats: TestNats;
  let connection: NatsConnection;
  let folder: string;
  let logs = 0;

  before(async () => {
    nats = await startNatsServers(1);
    connection = await connectTo(nats.settings);
    folder = await mkdtemp(join(tmpdir(), 'heddle-log-'));
  });
  after(async () => {
    await connection?.close();
    await nats?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const options = (): { connection: NatsConnection; name: string; replicas: number } => ({
    connection,
    name: `LOG${(logs += 1)}`,
    replicas: 1,
  });

  test('entries come in their order, to whoever follows and to whoever begins later', async () => {
    const log = await openLog(options());
    assert.equal(await log.tail(), 0n);
    const early = read(log, 0n, 3);
    const first = await log.append(Buffer.from('a'), 0n);
    const second = await log.append(Buffer.from('b'), first);
    const third = await log.append(new Uint8Array(), second);
    assert.deepEqual(await early, ['a', 'b', '']);
    assert.deepEqual(await read(log, first, 2), ['b', '']);
    assert.equal(await log.tail(), third);
  });

  test('who has not seen the last entry is refused, and adds nothing', async () => {
    const log = await openLog(options());
    const first = await log.append(Buffer.from('a'), 0n);
    await assert.rejects(log.append(Buffer.from('late'), 0n), LogConflictError);
    const second = await log.append(Buffer.from('b'), first);
    await assert.rejects(log.append(Buffer.from('late'), first), LogConflictError);
    await log.append(Buffer.from('c'), second);
    assert.deepEqual(await read(log, 0n, 3), ['a', 'b', 'c']);
  });

  test('of those that add at once behind the same entry, one does', async () => {
    const where = options();
    const all = await Promise.all([openLog(where), openLog(where), openLog(where)]);
    const tried = await Promise.allSettled(all.map((log, index) => log.append(Buffer.from(`${index}`), 0n)));
    assert.deepEqual(tried.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected', 'rejected']);
  });

  test('an entry larger than a message comes whole', async () => {
    const log = await openLog(options());
    const data = randomBytes(3 * logLimits.partBytesMax + 5);
    const position = await log.append(data, 0n);
    assert.equal(await log.tail(), position);
    await log.append(Buffer.from('next'), position);
    const [entry] = await entries(log, 0n, 2);
    assert.ok(entry !== undefined && Buffer.compare(entry, data) === 0);
  });

  test('an entry that is too large is refused', async () => {
    const log = await openLog(options());
    await assert.rejects(log.append(Buffer.alloc(logLimits.entryBytesMax + 1), 0n), /too large for a log/);
    assert.equal(await log.tail(), 0n);
  });

  test('half an entry that its writer has left is nothing, and keeps nobody from adding', async () => {
    const where = options();
    const log = await openLog(where);
    const first = await log.append(Buffer.from('a'), 0n);
    const stream = await LogStream.open(where);
    for (const part of [1, 2])
      await stream.client.publish(stream.subject, Buffer.from('half'), { headers: partHeaders('left', part, 3) });
    assert.equal(await log.tail(), first);
    await log.append(Buffer.from('b'), first);
    // What comes of it after all is fenced off.
    await assert.rejects(
      stream.client.publish(stream.subject, Buffer.from('half'), {
        headers: partHeaders('left', 3, 3),
        expect: { lastSequence: Number(first) + 2 },
      }),
    );
    assert.deepEqual(await read(log, 0n, 2), ['a', 'b']);
  });

  test('a log that is full refuses more, and says so', async () => {
    const log = await openLog({ ...options(), bytesMax: 3_000 });
    const first = await log.append(Buffer.alloc(1_000), 0n);
    const second = await log.append(Buffer.alloc(1_000), first);
    await assert.rejects(log.append(Buffer.alloc(1_000), second), LogFullError);
    assert.equal(await log.tail(), second);
  });

  test('of snapshots the newest two are kept, and what is before them is forgotten', async () => {
    const log = await openLog(options());
    const to = join(folder, 'loaded');
    assert.equal(await log.loadSnapshot(to), undefined);
    let position: LogPosition = 0n;
    const positions: LogPosition[] = [];
    for (const word of ['a', 'b', 'c']) {
      position = await log.append(Buffer.from(word), position);
      positions.push(position);
      await writeFile(join(folder, word), word.repeat(300_000));
      await log.saveSnapshot(join(folder, word), position);
    }
    assert.equal(await log.loadSnapshot(to), position);
    assert.equal(await readFile(to, 'utf8'), 'c'.repeat(300_000));
    await assert.rejects(read(log, 0n, 1), LogTrimmedError);
    const second = positions[1];
    assert.ok(second !== undefined);
    assert.deepEqual(await read(log, second, 1), ['c']);
    await log.saveSnapshot(join(folder, 'c'), position);
    const next = await log.append(Buffer.from('d'), position);
    assert.deepEqual(await read(log, position, 1), ['d']);
    assert.equal(await log.tail(), next);
  });

  test('a log that is made when it is needed is empty until then', async () => {
    const where = options();
    const log = lazyLog(where);
    assert.equal(await log.tail(), 0n);
    assert.equal(await log.loadSnapshot(join(folder, 'none')), undefined);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    await assert.rejects(manager.streams.info(where.name), /stream not found/);
    const reading = read(lazyLog(where), 0n, 1);
    const position = await log.append(Buffer.from('a'), 0n);
    assert.deepEqual(await reading, ['a']);
    assert.equal(await lazyLog(where).tail(), position);
  });

  test('whoever follows goes on where its messages were lost', async () => {
    const where = options();
    const log = await openLog(where);
    const first = await log.append(Buffer.from('a'), 0n);
    const reading = read(log, 0n, 3);
    // As a server that was started anew: it has forgotten its readers.
    const manager = await jetstreamManager(connection, { checkAPI: false });
    let ended = 0;
    while (ended === 0)
      for await (const { stream_name, name } of manager.consumers.list(where.name)) {
        await manager.consumers.delete(stream_name, name);
        ended += 1;
      }
    const second = await log.append(Buffer.from('b'), first);
    await log.append(Buffer.from('c'), second);
    assert.deepEqual(await reading, ['a', 'b', 'c']);
  });

  test('whoever follows a log that nobody can read now is told why once, and goes on when somebody can', async () => {
    const told: unknown[] = [];
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const report = (error: unknown): void => void (told.push(error) && resolve());
    const log = await openLog({ ...options(), report });
    const position = await log.append(Buffer.from('a'), 0n);
    const server = nats.servers[0];
    await server?.kill();
    const reading = read(log, 0n, 2);
    await first;
    assert.ok(told[0] instanceof Error);
    await server?.restart();
    await log.append(Buffer.from('b'), position);
    assert.deepEqual(await reading, ['a', 'b']);
    assert.equal(new Set(told.map(String)).size, told.length, 'it is told of the same again and again');
  });

  test('whoever follows a log that is gone is told so', async () => {
    const where = options();
    const log = await openLog(where);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    await manager.streams.delete(where.name);
    await assert.rejects(read(log, 0n, 1), /stream not found/);
  });
});

/** The first entries behind a position. */
async function entries(log: ReplicatedLog, after: LogPosition, count: number): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  const end = new AbortController();
  for await (const { data } of log.follow(after, end.signal)) if (found.push(data) === count) end.abort();
  return found;
}

async function read(log: ReplicatedLog, after: LogPosition, count: number): Promise<readonly string[]> {
  return (await entries(log, after, count)).map((data) => Buffer.from(data).toString());
}

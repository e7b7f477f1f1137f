import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import type { Destination } from '../../model/network.ts';
import { relayFrame, relayWindowBytes } from '../../protocol/relay.ts';
import { RelayFrameReader } from './frame-reader.ts';
import { RelayLink, type RelayEvents } from './relay-link.ts';
import type { RelayedConnection } from './relayed-connection.ts';

function frame(type: number, id: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(5 + payload.length, 0);
  head.writeUInt8(type, 4);
  head.writeUInt32LE(id, 5);
  return Buffer.concat([head, payload]);
}

/** Container 3 connects to 10.0.0.1, port 5432. */
const opening = Buffer.from('030038150a000001', 'hex');

interface Rig {
  readonly link: RelayLink;
  /** The relay's end. */
  readonly relay: Duplex;
  readonly connections: {
    readonly container: number;
    readonly to: Destination;
    readonly connection: RelayedConnection;
  }[];
  readonly said: { readonly type: number; readonly id: number; readonly payload: Buffer }[];
  readonly ended: Promise<Error | undefined>;
  /** Resolves when the link has said so much. */
  until(count: number): Promise<void>;
}

function rig(more: Partial<RelayEvents> = {}, [host, relay]: [Duplex, Duplex] = duplexPair()): Rig {
  const connections: Rig['connections'] = [];
  const said: Rig['said'] = [];
  const ended = Promise.withResolvers<Error | undefined>();
  const heard = new EventTarget();
  const reader = new RelayFrameReader(({ type, id }, payload) => {
    said.push({ type, id, payload: Buffer.from(payload) });
    heard.dispatchEvent(new Event('frame'));
  });
  relay.on('data', (chunk: Buffer) => reader.push(chunk));
  const link = new RelayLink(host, {
    onConnection: (container, to, connection) => connections.push({ container, to, connection }),
    onQuery: (_container, message, answer) => answer(message),
    onRefused: () => undefined,
    onLimited: () => undefined,
    onEnd: ended.resolve,
    ...more,
  });
  const until = async (count: number): Promise<void> => {
    while (said.length < count) await once(heard, 'frame');
  };
  return { link, relay, connections, said, ended: ended.promise, until };
}

async function opened(it: Rig): Promise<RelayedConnection> {
  it.relay.write(frame(relayFrame.open, 7, opening));
  while (it.connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return it.connections[0]?.connection ?? assert.fail('no connection');
}

test('a connection says where it is from and where to, and carries bytes both ways until both have ended', async () => {
  const it = rig();
  const connection = await opened(it);
  assert.equal(it.connections[0]?.container, 3);
  assert.deepEqual([...(it.connections[0]?.to.address ?? [])], [10, 0, 0, 1]);
  assert.equal(it.connections[0]?.to.port, 5_432);
  // In pieces that have nothing to do with frames.
  for (const byte of Buffer.concat([frame(relayFrame.data, 7, Buffer.from('hello')), frame(relayFrame.end, 7)]))
    it.relay.write(Buffer.of(byte));
  let heard = '';
  for await (const chunk of connection) heard += String(chunk);
  assert.equal(heard, 'hello');
  connection.end('bye');
  await it.until(2);
  assert.deepEqual(
    it.said.map(({ type, payload }) => [type, String(payload)]),
    [
      [relayFrame.data, 'bye'],
      [relayFrame.end, ''],
    ],
  );
  assert.deepEqual([connection.bytesRead, connection.bytesWritten], [5, 3]);
});

test('nobody is sent more than was granted', async () => {
  const it = rig();
  const connection = await opened(it);
  connection.write(Buffer.alloc(3 * relayWindowBytes));
  await it.until(1);
  await new Promise((resolve) => setImmediate(resolve));
  const sent = (): number => it.said.reduce((sum, { payload }) => sum + payload.length, 0);
  assert.equal(sent(), relayWindowBytes);
  const credit = Buffer.alloc(4);
  credit.writeUInt32LE(1_000);
  it.relay.write(frame(relayFrame.credit, 7, credit));
  while (sent() === relayWindowBytes) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sent(), relayWindowBytes + 1_000);
});

test('a relay that sends more than it was granted is none', async () => {
  const it = rig();
  await opened(it);
  for (let sent = 0; sent <= 40 * relayWindowBytes; sent += 16_384)
    it.relay.write(frame(relayFrame.data, 7, Buffer.alloc(16_384)));
  assert.match(String(await it.ended), /more data of a connection than it was granted/);
});

test('what is read gives credit, and a busy connection more than it had', async () => {
  const it = rig();
  const connection = await opened(it);
  connection.resume();
  it.relay.write(frame(relayFrame.data, 7, Buffer.alloc(32_768)));
  await it.until(1);
  assert.equal(it.said[0]?.type, relayFrame.credit);
  assert.equal(it.said[0]?.payload.readUInt32LE(0), 65_536);
});

test('a reset on one side is one on the other', async () => {
  const it = rig();
  const first = await opened(it);
  const failed = once(first, 'error');
  it.relay.write(frame(relayFrame.reset, 7));
  assert.equal((await failed)[0].code, 'ECONNRESET');
  assert.deepEqual(it.said, []);
  it.connections.length = 0;
  const second = await opened(it);
  second.destroy();
  await it.until(1);
  assert.deepEqual(
    it.said.map(({ type }) => type),
    [relayFrame.reset],
  );
});

test('everything ends with the relay', async () => {
  const it = rig();
  const connection = await opened(it);
  const failed = new Promise((resolve) => connection.once('close', resolve));
  const admitted = it.link.admit(3, 'nothing');
  admitted.catch(() => undefined);
  it.relay.end();
  await failed;
  await assert.rejects(admitted, /gone/);
  assert.equal(await it.ended, undefined);
});

test('what no relay says ends it', async () => {
  const wrong: readonly Buffer[] = [
    frame(relayFrame.open, 7, Buffer.alloc(9)),
    frame(relayFrame.query, 1, Buffer.alloc(1)),
    Buffer.from('ffffffff020000000000', 'hex'),
    // The head of a question of 64 KiB: what is kept until it is whole is short.
    Buffer.from('0500010006000000000000', 'hex'),
    Buffer.from('00000000020000000000', 'hex'),
    Buffer.concat([frame(relayFrame.open, 7, opening), frame(relayFrame.open, 7, opening)]),
    Buffer.concat([frame(relayFrame.open, 7, opening), frame(99, 7)]),
  ];
  for (const bytes of wrong) {
    const it = rig();
    it.relay.write(bytes);
    assert.ok((await it.ended) instanceof Error, bytes.toString('hex'));
  }
});

/** A link whose relay takes nothing until it is told to. */
async function stuck(count: number): Promise<Rig & { readonly take: () => void; readonly channel: Duplex }> {
  const [channel, relay] = duplexPair();
  const it = rig({}, [channel, relay]);
  for (let id = 0; id < count; id += 1) relay.write(frame(relayFrame.open, id, opening));
  while (it.connections.length < count) await new Promise((resolve) => setImmediate(resolve));
  relay.pause();
  return { ...it, channel, take: () => relay.resume() };
}

test('data waits while a relay does not read, however many connections it has', async () => {
  const it = await stuck(200);
  let taken = 0;
  for (const { connection } of it.connections) connection.write(Buffer.alloc(relayWindowBytes), () => (taken += 1));
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(it.channel.writableLength < 1_048_576 + 2 * relayWindowBytes, `${it.channel.writableLength} bytes`);
  assert.ok(taken < 40, `${taken} writes`);
  it.take();
  while (taken < 200) await new Promise((resolve) => setImmediate(resolve));
});

test('a relay that asks and asks and takes no answer is none', async () => {
  const it = await stuck(1);
  const asking = Buffer.concat(Array.from({ length: 1_000 }, () => frame(relayFrame.query, 1, Buffer.alloc(14))));
  for (let n = 0; n < 140; n += 1) it.relay.write(asking);
  assert.match(String(await it.ended), /has not taken 131072 frames/);
});

test('busy connections of one relay have a few megabytes under way together', async () => {
  const it = rig();
  const count = 100;
  for (let id = 0; id < count; id += 1) it.relay.write(frame(relayFrame.open, id, opening));
  while (it.connections.length < count) await new Promise((resolve) => setImmediate(resolve));
  for (const { connection } of it.connections) connection.resume();
  const granted = (): number =>
    it.said.reduce((sum, { type, payload }) => sum + (type === relayFrame.credit ? payload.readUInt32LE(0) : 0), 0);
  const piece = Buffer.alloc(32_768);
  const rounds = 16;
  for (let round = 1; round <= rounds; round += 1) {
    for (let id = 0; id < count; id += 1) it.relay.write(frame(relayFrame.data, id, piece));
    await it.until(round * count);
  }
  const more = granted() - rounds * count * piece.length;
  assert.equal(more, 8_388_608);
  // What ends gives it back.
  for (const { connection } of it.connections.splice(0)) connection.destroy();
  it.relay.write(Buffer.concat([frame(relayFrame.open, 7, opening), frame(relayFrame.data, 7, piece)]));
  while (it.connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
  it.connections[0]?.connection.resume();
  const before = granted();
  while (granted() === before) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(granted() - before, 2 * piece.length);
});

/** Answers `sync`s of a rig's link as a relay does. */
async function answersSync(it: Rig): Promise<void> {
  while (it.said.at(-1)?.type !== relayFrame.sync) await it.until(it.said.length + 1);
  it.relay.write(frame(relayFrame.synced, it.said.at(-1)?.id ?? 0));
}

test('who stands still has no connection: none of before, and none that the relay opened without knowing', async () => {
  const it = rig();
  const before = await opened(it);
  const failed = once(before, 'error');
  const parted = it.link.part();
  assert.equal((await failed)[0].code, 'ECONNRESET');
  // In the moment before the relay hears of it.
  it.relay.write(frame(relayFrame.open, 8, opening));
  it.relay.write(frame(relayFrame.data, 7, Buffer.from('late')));
  await answersSync(it);
  await parted;
  assert.equal(it.connections.length, 1);
  // Nothing is said of each: the relay resets all of them.
  assert.deepEqual(
    it.said.map(({ type, id }) => [type, id]),
    [
      [relayFrame.part, 0xffff_ffff],
      [relayFrame.sync, 1],
    ],
  );
  it.link.join();
  it.relay.write(frame(relayFrame.open, 9, opening));
  while (it.connections.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(it.said.at(-1)?.type, relayFrame.join);
});

test('what came until then is read to its end where somebody wants it, and what is said to nobody is gone', async () => {
  const it = rig();
  const connection = await opened(it);
  connection.onParting = () => true;
  it.relay.write(frame(relayFrame.data, 7, Buffer.from('all of it')));
  // More than was granted, so that it waits.
  connection.write(Buffer.alloc(2 * relayWindowBytes));
  await it.until(1);
  const parted = it.link.part();
  await answersSync(it);
  await parted;
  assert.equal(Buffer.concat(await Array.fromAsync(connection)).toString(), 'all of it');
  await new Promise<void>((resolve) => connection.end('and more', () => resolve()));
  assert.equal(it.said.filter(({ type }) => type === relayFrame.end || type === relayFrame.reset).length, 0);
});

test('whoever waits for a relay that is gone is told', async () => {
  const it = rig();
  const parted = it.link.part();
  it.relay.end();
  await assert.rejects(parted, /The relay is gone/);
});

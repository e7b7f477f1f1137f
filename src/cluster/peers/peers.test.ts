import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { test } from 'node:test';
import { ApiError } from '../../api/errors.ts';
import { CapacityError, StoppingError, ThrottledError } from '../../model/errors.ts';
import { PeerLostError, type PeerStream } from '../contract.ts';
import { hostCertificate } from './certificate.ts';
import { peerLimits } from './peer-limits.ts';
import { HostBook, testHosts, type TestHost } from './testing/hosts.ts';

async function pair(
  undo: AsyncDisposableStack,
  serve: (host: TestHost) => void,
): Promise<readonly [TestHost, TestHost, HostBook]> {
  const known = new HostBook();
  const [one, other] = await testHosts(2, undo, known);
  assert.ok(one !== undefined && other !== undefined);
  serve(other);
  await Promise.all([one.join(), other.join()]);
  return [one, other, known];
}

test('a call brings plain data there and its result back, from the host that called', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other] = await pair(undo, ({ peers }) => peers.serve('echo', async (body, from) => ({ body, from })));
  const body = { text: 'ü', list: [1, 2.5, true], deep: { bytes: Buffer.from([1, 2]) } };
  assert.deepEqual(await one.peers.call(other.id, 'echo', body), { body, from: one.id });
});

test('bodies and results of megabytes go in parts', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other] = await pair(undo, ({ peers }) => peers.serve('echo', async (body) => body));
  const data = Buffer.alloc(12_000_000, 'heddle');
  assert.deepEqual(await one.peers.call(other.id, 'echo', data), data);
  assert.throws(() => one.peers.open(other.id, 'echo', Buffer.alloc(17_000_000)), /does not fit/);
});

test('errors come out as their own classes, with name, message and code', async () => {
  await using undo = new AsyncDisposableStack();
  const thrown: Error[] = [
    new CapacityError('Full.', 7),
    new ThrottledError('CallerRateLimitExceeded', 'Slower.', 3),
    new StoppingError('Stopping.'),
    new ApiError('ResourceNotFoundException', 'There is none.', { status: 404 }),
    Object.assign(new Error('No file.'), { code: 'ENOENT' }),
  ];
  const [one, other] = await pair(undo, ({ peers }) =>
    peers.serve('fail', async (n) => {
      throw thrown[Number(n)] ?? new Error('?');
    }),
  );
  for (const [n, error] of thrown.entries()) {
    const got: unknown = await one.peers.call(other.id, 'fail', n).catch((reason: unknown) => reason);
    assert.ok(got instanceof Error && got.constructor === error.constructor, error.name);
    assert.equal(got.message, error.message);
    for (const field of ['name', 'code', 'retryAfterSeconds', 'reason', 'status'])
      assert.equal(Reflect.get(got, field), Reflect.get(error, field), field);
  }
  await assert.rejects(one.peers.call(other.id, 'nothing', 1), { code: 'NO_SUCH_METHOD' });
});

test('a call that nobody waits for any more is cancelled there', async () => {
  await using undo = new AsyncDisposableStack();
  const begun = Promise.withResolvers<AbortSignal>();
  const [one, other] = await pair(undo, ({ peers }) =>
    peers.serve('wait', async (_body, _from, signal) => {
      begun.resolve(signal);
      await once(signal, 'abort');
    }),
  );
  const leave = new AbortController();
  const called = one.peers.call(other.id, 'wait', 1, leave.signal);
  const there = await begun.promise;
  leave.abort(new RangeError('Too long.'));
  await assert.rejects(called, RangeError);
  if (!there.aborted) await once(there, 'abort');
});

test('a conversation that nobody reads stops its sender, and no other', async () => {
  await using undo = new AsyncDisposableStack();
  const accepted = Promise.withResolvers<PeerStream>();
  let taken = 0;
  const [one, other] = await pair(undo, ({ peers }) => {
    peers.accept('slow', (stream) => {
      stream.onMessage = (message) => void (taken += message.length);
      stream.pause();
      accepted.resolve(stream);
    });
    peers.serve('echo', async (body) => body);
  });
  const stream = one.peers.open(other.id, 'slow', 1);
  const slow = await accepted.promise;
  const total = 4_000_000;
  for (let sent = 0; sent < total; sent += 50_000) stream.send(Buffer.alloc(50_000));
  // Sent after, on the same connection: it overtakes what waits.
  assert.equal(await one.peers.call(other.id, 'echo', 'quick'), 'quick');
  assert.equal(taken, 0);
  let drained = false;
  const later = stream.drained().then(() => (drained = true));
  assert.equal(await one.peers.call(other.id, 'echo', 'again'), 'again');
  assert.equal(drained, false);
  slow.resume();
  await later;
  stream.end();
  assert.equal(await slow.ended, undefined);
  assert.equal(taken, total);
});

test('the end of a host ends what waits for it, at once and by name', async () => {
  await using undo = new AsyncDisposableStack();
  const begun = Promise.withResolvers<void>();
  const [one, other, known] = await pair(undo, ({ peers }) =>
    peers.serve('hang', (_body, _from, signal) => {
      begun.resolve();
      return once(signal, 'abort');
    }),
  );
  const called = one.peers.call(other.id, 'hang', 1);
  const stream = one.peers.open(other.id, 'hang', 1);
  await begun.promise;
  // It is heard no longer, whatever its connection says.
  known.setSilent(other.id, true);
  await assert.rejects(called, PeerLostError);
  assert.ok((await stream.ended) instanceof PeerLostError);
  const refused: unknown = await one.peers.call(other.id, 'hang', 1).catch((error: unknown) => error);
  assert.ok(refused instanceof PeerLostError && refused.unsent);
  // And when it is back, it is asked again.
  known.setSilent(other.id, false);
  await assert.rejects(one.peers.call(other.id, 'none', 1), { code: 'NO_SUCH_METHOD' });
  const waiting = one.peers.call(other.id, 'hang', 1);
  await other.peers[Symbol.asyncDispose]();
  await assert.rejects(waiting, PeerLostError);
  const later: unknown = await one.peers.call(other.id, 'hang', 1).catch((error: unknown) => error);
  assert.ok(later instanceof PeerLostError && later.unsent, String(later));
});

test('who shows another certificate than the record of a host gets no byte', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other, known] = await pair(undo, ({ peers }) => peers.serve('echo', async (body) => body));
  const record = known.seenBy(one.id).find(other.id);
  assert.ok(record !== undefined);
  const [stranger] = await testHosts(1, undo);
  assert.ok(stranger !== undefined);
  // The same name as a host that is known, and another key.
  const theirs = await hostCertificate(stranger.home, stranger.id);
  for (const shown of [{ key: theirs.key, cert: theirs.certificate }, {}]) {
    const socket = connectTls({ ...record.peer, ...shown, rejectUnauthorized: false });
    let bytes = 0;
    socket.on('data', (data: Buffer) => (bytes += data.length));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    assert.equal(bytes, 0);
  }
  // And whoever listens in a host's place is not told anything.
  known.set({ ...record, certificate: theirs.sha256 });
  const refused: unknown = await one.peers.call(other.id, 'echo', 1).catch((error: unknown) => error);
  assert.ok(refused instanceof PeerLostError && refused.unsent);
  assert.match(refused.message, /another certificate/);
});

test('strangers that connect and say nothing do not keep hosts out', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other, known] = await pair(undo, ({ peers }) => peers.serve('echo', async (body) => body));
  const there = known.seenBy(one.id).find(other.id)?.peer ?? assert.fail('It is not known.');
  const strangers = Array.from({ length: peerLimits.handshakesMax + 1 }, () => connect(there));
  undo.defer(() => strangers.forEach((socket) => socket.destroy()));
  for (const socket of strangers) socket.on('error', () => undefined);
  const gone = await Promise.race(strangers.map((socket, index) => once(socket, 'close').then(() => index)));
  assert.equal(gone, 0, 'The one that has held on for longest goes for the last one that comes.');
  assert.equal(await one.peers.call(other.id, 'echo', 1), 1);
});

test('a host whose record is gone is put out', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other, known] = await pair(undo, ({ peers }) => peers.serve('echo', async (body) => body));
  await one.peers.call(other.id, 'echo', 1);
  const stream = one.peers.open(other.id, 'echo', 1);
  known.forget(one.id);
  assert.ok((await stream.ended) instanceof PeerLostError);
  await assert.rejects(one.peers.call(other.id, 'echo', 1), PeerLostError);
});

test('a certificate is made once, is its host’s only, and its key is nobody else’s to read', async () => {
  await using undo = new AsyncDisposableStack();
  const [host] = await testHosts(1, undo);
  assert.ok(host !== undefined);
  const again = await hostCertificate(host.home, host.id);
  assert.deepEqual(await hostCertificate(host.home, host.id), again);
  const path = join(host.home, 'peer', 'host.pem');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await assert.rejects(hostCertificate(host.home, 'h-ffffffffffffffff'), /and this host is h-f/);
  await writeFile(path, 'nothing');
  await assert.rejects(hostCertificate(host.home, host.id));
});

test('more conversations than there may be are refused, and the others go on', async () => {
  await using undo = new AsyncDisposableStack();
  const [one, other] = await pair(undo, ({ peers }) => {
    peers.accept('stay', () => undefined);
    peers.serve('echo', async (body) => body);
  });
  await one.peers.call(other.id, 'echo', 1);
  const streams = Array.from({ length: peerLimits.streamsMax - 1 }, () => one.peers.open(other.id, 'stay', 1));
  assert.equal(await one.peers.call(other.id, 'echo', 2), 2);
  const last = one.peers.open(other.id, 'stay', 1);
  assert.throws(() => one.peers.open(other.id, 'stay', 1), CapacityError);
  for (const stream of [...streams, last]) stream.end();
  assert.equal(await one.peers.call(other.id, 'echo', 3), 3);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { fieldsOf, type Fields } from '../validate.ts';
import { Connection } from './connection.ts';

interface Side {
  readonly connection: Connection<Fields, object>;
  readonly heard: Fields[];
  readonly ended: Promise<Error | undefined>;
}

function side(stream: Duplex, onMessage: (message: Fields) => void = () => undefined): Side {
  const heard: Fields[] = [];
  const end = Promise.withResolvers<Error | undefined>();
  const connection = new Connection<Fields, object>(stream, fieldsOf, {
    onMessage: (message) => {
      heard.push(message);
      onMessage(message);
    },
    onEnd: end.resolve,
  });
  return { connection, heard, ended: end.promise };
}

test('messages arrive whole and in order, large ones between small ones', async () => {
  const [left, right] = duplexPair();
  const sender = side(left);
  const receiver = side(right, (message) => message['last'] === true && receiver.connection.close());
  const large = Buffer.alloc(3_000_000, 'x');
  for (let number = 0; number < 20; number++)
    sender.connection.send({ number, large: number % 5 === 0 ? large : undefined, last: number === 19 });
  assert.equal(await receiver.ended, undefined);
  assert.deepEqual(
    receiver.heard.map(({ number }) => number),
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.ok(receiver.heard.every(({ number, large: data }) => (Number(number) % 5 === 0) === Buffer.isBuffer(data)));
});

test('each message is one write, unless it carries much data', async () => {
  const [left] = duplexPair();
  const writes: unknown[] = [];
  const write = left._write.bind(left);
  left._write = (chunk, encoding, done) => {
    writes.push(chunk);
    write(chunk, encoding, done);
  };
  const { connection } = side(left);
  connection.send({ type: 'invoke', requestId: 'x', payload: Buffer.from('{}') });
  assert.equal(writes.length, 1);
});

test('what breaks the protocol ends the connection, with the reason, on this side and the other', async () => {
  const [left, right] = duplexPair();
  const receiver = side(left);
  right.write('GET / HTTP/1.1\r\n\r\n');
  assert.ok((await receiver.ended) instanceof ProtocolError);
  assert.ok(!receiver.connection.open);
  receiver.connection.send({ type: 'late' });
});

test('an end in the middle of a message is told as such, an end between messages is not', async () => {
  const [left, right] = duplexPair();
  const receiver = side(left);
  right.end(Buffer.from([9, 0]));
  assert.match(String(await receiver.ended), /2 of the 4 bytes/);
  const [other, end] = duplexPair();
  const clean = side(other);
  end.end();
  assert.equal(await clean.ended, undefined);
});

test('after the end nothing more is delivered, even from the same bytes', async () => {
  const [left, right] = duplexPair();
  const receiver = side(left, () => receiver.connection.close());
  const { connection } = side(right);
  left.pause();
  for (let count = 0; count < 3; count++) connection.send({ count });
  left.resume();
  await receiver.ended;
  assert.equal(receiver.heard.length, 1);
});

test('a peer that does not read is waited for, and given up when too much lies unsent', async () => {
  const [left] = duplexPair();
  const sender = side(left);
  const payload = Buffer.alloc(limits.frameBytesMax / 2);
  assert.equal(sender.connection.send({ payload }), false);
  let drained = false;
  void sender.connection.drained().then(() => (drained = true));
  await once(process, 'nothing', { signal: AbortSignal.timeout(10) }).catch(() => undefined);
  assert.ok(!drained);
  for (let count = 0; count < 5 && sender.connection.open; count++) sender.connection.send({ payload });
  assert.match(String(await sender.ended), /does not read/);
});

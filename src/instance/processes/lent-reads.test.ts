import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Connection } from '../../protocol/framing/connection.ts';
import { fieldsOf, type Fields } from '../../protocol/validate.ts';
import { lendingReads } from './lent-reads.ts';

/** Says what it hears, until the other side ends. */
const echo = `const channel = new (require('node:net').Socket)({ fd: 3, allowHalfOpen: true }); channel.pipe(channel);`;

function echoing(): { readonly socket: Duplex; readonly ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['-e', echo], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const [, , , socket] = child.stdio;
  assert.ok(socket instanceof Duplex);
  return { socket, ended: once(child, 'exit') };
}

test('what comes is lent in the same memory, in order, what came before included, until the end', async () => {
  const { socket, ended } = echoing();
  socket.write('early, ');
  await once(socket, 'readable');
  const lending = lendingReads(socket);
  assert.ok('lend' in lending && typeof lending.lend === 'function');
  const memory = new Set<ArrayBufferLike>();
  let heard = '';
  let wake: (() => void) | undefined;
  lending.lend((chunk: Buffer) => {
    heard += chunk.toString();
    if (!heard.startsWith('early, ') || heard.length > 7) memory.add(chunk.buffer);
    wake?.();
  });
  for (const [text, all] of [
    ['one, ', 'early, one, '],
    ['two', 'early, one, two'],
  ] as const) {
    lending.write(text);
    while (heard !== all) await new Promise<void>((resolve) => (wake = resolve));
  }
  assert.equal(memory.size, 1);
  lending.end();
  await once(lending, 'close');
  await ended;
});

test('messages that are kept stay as they are while others come, small and large, and a pause holds', async () => {
  const { socket, ended } = echoing();
  const heard: Fields[] = [];
  const all = Promise.withResolvers<void>();
  const sizes = [1, 10, 5_000, 70_000, 300_000, 16, 65_536, 2];
  const connection = new Connection<Fields, object>(lendingReads(socket), fieldsOf, {
    onMessage: (message) => {
      heard.push(message);
      connection.pause();
      setImmediate(() => connection.resume());
      if (heard.length === sizes.length) all.resolve();
    },
    onEnd: (error) => all.reject(error ?? new Error('It ended.')),
  });
  sizes.forEach((size, n) => connection.send({ n, data: Buffer.alloc(size, n) }));
  await all.promise;
  assert.deepEqual(
    heard.map(({ n, data }) => [n, data instanceof Uint8Array && data.every((byte) => byte === n) && data.length]),
    sizes.map((size, n) => [n, size]),
  );
  connection.close();
  await ended;
});

test('where nobody is lent to, it is a stream like any other', async () => {
  const { socket, ended } = echoing();
  socket.write('early, ');
  await once(socket, 'readable');
  const plain = lendingReads(socket);
  const sent = Buffer.alloc(1_000_000, 'x');
  plain.end(sent);
  const parts: Buffer[] = [];
  plain.on('data', (part: Buffer) => {
    parts.push(part);
    plain.pause();
    setImmediate(() => plain.resume());
  });
  await once(plain, 'end');
  assert.equal(Buffer.concat(parts).toString(), `early, ${sent.toString()}`);
  await ended;
});

test('what is no socket, or one that has ended, is given back as it is', async () => {
  const stream = new PassThrough();
  assert.equal(lendingReads(stream), stream);
  const { socket, ended } = echoing();
  socket.destroy();
  assert.equal(lendingReads(socket), socket);
  await ended;
});

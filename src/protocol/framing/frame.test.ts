import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from './decode.ts';
import { encodeFrame, encodeFrameWhole } from './encode.ts';
import { FrameDecoder } from './frame.ts';

function framesOf(...chunks: Buffer[]): unknown[] {
  const messages: unknown[] = [];
  const decoder = new FrameDecoder((body) => messages.push(decode(body)));
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
  return messages;
}

test('a message comes out as it went in, whatever is in it', () => {
  const message = {
    numbers: [
      0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, 1.5, -1, -32, -33, -2_147_483_648,
    ],
    text: ['', 'short', 'Füße', 'ü'.repeat(31), 'x'.repeat(300), 'y'.repeat(70_000), '\u{1f9f5}'],
    data: Buffer.from([1, 2, 3]),
    deep: { a: { b: [{ c: true }, false] } },
  };
  const [decoded] = framesOf(encodeFrameWhole(message));
  assert.deepEqual(decoded, message);
});

test('absent and undefined are the same, and null comes out as undefined', () => {
  assert.deepEqual(framesOf(encodeFrameWhole({ a: undefined, b: null })), [{ b: undefined }]);
});

test('a large payload is sent as it lies in memory, not copied', () => {
  const payload = Buffer.alloc(1_000_000, 7);
  const parts = encodeFrame({ type: 'result', payload, memoryPeakMb: 3 });
  assert.ok(parts.some((part) => part.buffer === payload.buffer && part.length === payload.length));
  assert.deepEqual(framesOf(...parts), [{ type: 'result', payload, memoryPeakMb: 3 }]);
});

test('a payload within one chunk is decoded as a view of it', () => {
  const chunk = encodeFrameWhole({ payload: Buffer.from('hello') });
  const [message] = framesOf(chunk);
  assert.ok(typeof message === 'object' && message !== null && 'payload' in message);
  assert.ok(Buffer.isBuffer(message.payload) && message.payload.buffer === chunk.buffer);
});

test('what we write, another MessagePack library reads, and the other way round', () => {
  const message = { type: 'x', list: [1, -5, 2.5, 'é', null, true], map: { deep: Buffer.from([0, 255]) } };
  const other = new Packr({ useRecords: false });
  assert.deepEqual(other.unpack(encodeFrameWhole(message).subarray(4)), message);
  assert.deepEqual(decode(other.pack({ ...message, wall: 1_764_000_000_000 })), {
    ...message,
    list: [1, -5, 2.5, 'é', undefined, true],
    wall: 1_764_000_000_000,
  });
});

test('a message that does not fit in a frame is refused where it is made', () => {
  assert.throws(() => encodeFrame({ payload: Buffer.alloc(limits.frameBytesMax) }), ProtocolError);
  assert.throws(() => encodeFrame({ text: 'x'.repeat(limits.frameBytesMax) }), ProtocolError);
});

test('what has no place in a message is refused where it is made', () => {
  assert.throws(() => encodeFrame({ call: () => 1 }), /function cannot be sent/);
  assert.throws(() => encodeFrame({ when: new Date() }), /Date cannot be sent/);
  const round: Record<string, unknown> = {};
  round['self'] = round;
  assert.throws(() => encodeFrame(round), /nested deeper/);
});

test('a length of 0, a length over the limit, and an end within a frame are protocol errors', () => {
  const over = Buffer.alloc(4);
  over.writeUInt32LE(limits.frameBytesMax + 1);
  assert.throws(() => framesOf(Buffer.alloc(4)), ProtocolError);
  assert.throws(() => framesOf(over), ProtocolError);
  assert.throws(() => framesOf(encodeFrameWhole({ a: 1 }).subarray(0, 6)), /2 of the 4 bytes of a frame\./);
  assert.throws(() => framesOf(Buffer.from([1, 0])), /2 of the 4 bytes of a frame's length/);
});

test('extension types, dangerous keys, bombs of nesting and of numbers, and leftovers are protocol errors', () => {
  const hostile: Record<string, number[]> = {
    'extension "e" (an Error of any class)': [0xc7, 0x03, 0x65, 0xa1, 0x61, 0xc0],
    'a timestamp': [0xd6, 0xff, 0, 0, 0, 0],
    'the key __proto__': [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80],
    'a key that is a number': [0x81, 0x01, 0x01],
    'deep nesting': Array.from<number>({ length: 1_000 }).fill(0x91),
    'an array said to be huge': [0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0],
    'a map said to be huge': [0xdf, 0xff, 0xff, 0xff, 0xff, 0xc0],
    'a string said to be huge': [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61],
    'an integer over 2^53': [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    'bytes after the message': [0x01, 0x01],
    nothing: [],
  };
  for (const [name, bytes] of Object.entries(hostile))
    assert.throws(() => decode(Buffer.from(bytes)), ProtocolError, name);
  const many = Buffer.alloc(1_000_000, 0x01);
  many.set([0xdd, 0x00, 0x0f, 0x00, 0x00]);
  assert.throws(() => decode(many), /more than 262144 values/);
});

test('a full frame that comes byte by byte costs time in proportion to its size', () => {
  const bytes = 2_000_000;
  const frame = encodeFrameWhole({ payload: Buffer.alloc(bytes, 1) });
  let seen = 0;
  const decoder = new FrameDecoder((body) => (seen = body.length));
  const began = process.cpuUsage();
  for (let at = 0; at < frame.length; at++) decoder.push(frame.subarray(at, at + 1));
  assert.equal(seen, frame.length - 4);
  // Quadratic copying would move terabytes; a slow processor needs under 2 s for this.
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 15_000_000, `${(user + system) / 1_000} ms`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../model/errors.ts';
import { parseAgentMessage, parseRuntimeMessage } from '../validate.ts';
import { decode } from './decode.ts';
import { encodeFrameWhole } from './encode.ts';
import { FrameDecoder } from './frame.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const runs = { seed, numRuns: Number(process.env['FUZZ_RUNS'] ?? 2_000) };
process.stdout.write(`Fuzzing with FUZZ_SEED=${seed}\n`);

const bytes = fc.uint8Array({ maxLength: 300 });
const key = fc.string().filter((name) => name !== '__proto__');
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    bytes.map((data) => Buffer.from(data)),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(key, tie('any'), { noNullPrototype: true }),
  ),
})).any;
const message = fc.dictionary(key, value, { noNullPrototype: true });

/** Cuts `whole` at the given places, in order. */
function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const at = [...places.map((place) => place % (whole.length + 1)), 0, whole.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => whole.subarray(at[index], end));
}

function decodeAll(chunks: readonly Buffer[]): unknown[] {
  const decoded: unknown[] = [];
  const decoder = new FrameDecoder((body) => decoded.push(decode(body)));
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
  return decoded;
}

/** Runs hostile bytes through everything that a guest's bytes go through; only ProtocolError may come of it. */
function survive(chunks: readonly Buffer[]): void {
  for (const parse of [parseAgentMessage, parseRuntimeMessage]) {
    try {
      for (const decoded of decodeAll(chunks)) parse(decoded);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}

test('messages survive any split of their bytes', () => {
  const places = fc.array(fc.nat(), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), places, (messages, at) => {
      const whole = Buffer.concat(messages.map((one) => encodeFrameWhole(one)));
      assert.deepEqual(decodeAll(cut(whole, at)), messages);
    }),
    runs,
  );
});

test('garbage never does anything but raise ProtocolError', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 5 }), (chunks) => survive(chunks.map((chunk) => Buffer.from(chunk)))),
    runs,
  );
});

test('garbage in well-formed frames never does anything but raise ProtocolError', () => {
  fc.assert(
    fc.property(bytes, (body) => {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      survive([head, Buffer.from(body)]);
    }),
    runs,
  );
});

test('messages of the right type with wrong fields never do anything but raise ProtocolError', () => {
  const types = ['hello', 'done', 'failed', 'output', 'container-exited', 'started', 'log', 'result', 'error'];
  const fields = ['protocol', 'role', 'seq', 'wallMs', 'message', 'channel', 'text', 'reason', 'code', 'signal'];
  const more = ['stderr', 'payload', 'memoryPeakMb', 'initMs', 'phase', 'error', 'trace'];
  const wrong = fc.dictionary(fc.constantFrom(...fields, ...more), value, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.constantFrom(...types), wrong, (type, rest) => survive([encodeFrameWhole({ ...rest, type })])),
    runs,
  );
});

test('flipped, truncated and repeated bytes never do anything but raise ProtocolError', () => {
  const result = encodeFrameWhole({
    type: 'result',
    payload: Buffer.from('{"ok":true}'),
    memoryPeakMb: 50.5,
    initMs: 3,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), (flips, length) => {
      const bent = Buffer.concat([result, result]);
      for (const [at, byte] of flips) bent[at % bent.length] = byte;
      survive([bent.subarray(0, length % (bent.length + 1))]);
    }),
    runs,
  );
});

import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../model/clock.ts';
import { ProtocolError } from '../../../model/errors.ts';
import { encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import { Link } from './link.ts';
import { encodeValue } from './value.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const runs = { seed, numRuns: Number(process.env['FUZZ_RUNS'] ?? 1_000) };
process.stdout.write(`Fuzzing with FUZZ_SEED=${seed}\n`);

/** Sends bytes to a link that another host has opened; resolves when all are taken or it has ended, with why. */
async function sent(chunks: readonly Buffer[]): Promise<Error | undefined> {
  const [ours, theirs]: Duplex[] = duplexPair();
  assert.ok(ours !== undefined && theirs !== undefined);
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const link = new Link(ours, {
    host: 'h-0000000000000001',
    clock: systemClock,
    accept: (stream, method, opening) => {
      stream.onMessage = (message) => void stream.send(message);
      if (method === 'throws') throw new Error(String(opening));
      if (method === 'pauses') stream.pause();
    },
    onEnd: resolve,
  });
  theirs.on('error', () => undefined).resume();
  for (const chunk of chunks) theirs.write(chunk);
  theirs.end();
  const error = await promise;
  assert.equal(link.open, false);
  return error;
}

const bytes = fc.uint8Array({ maxLength: 200 });
const id = fc.oneof(fc.nat(5), fc.integer(), fc.double(), fc.string());
const value = fc.oneof(
  bytes.map((data) => Buffer.from(data)),
  fc.string(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  id,
);
const frame = fc.oneof(
  fc.record({ type: fc.constant('open'), id: fc.nat(9), method: fc.constantFrom('echo', 'throws', 'pauses') }),
  fc.record({ type: fc.constant('open'), id: fc.nat(9), method: fc.constant('echo'), opening: bytes }),
  fc.record({ type: fc.constant('data'), id: fc.nat(9), data: bytes, more: fc.boolean() }),
  fc.record({ type: fc.constant('credit'), id: fc.nat(9), bytes: fc.nat() }),
  fc.record({ type: fc.constant('end'), id: fc.nat(9), error: fc.record({ name: fc.string(), message: fc.string() }) }),
  fc.record({ type: fc.constantFrom('ping', 'pong', 'end'), n: fc.nat(3) }),
  fc.dictionary(fc.constantFrom('type', 'id', 'data', 'method', 'bytes', 'error', 'opening', 'more'), value),
);

test('whatever comes from another host ends its own link at most, by a ProtocolError', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          bytes.map((data) => Buffer.from(data)),
          frame.map(framed),
        ),
        { maxLength: 12 },
      ),
      async (chunks) => {
        const error = await sent(chunks);
        assert.ok(error === undefined || error instanceof ProtocolError, String(error));
      },
    ),
    runs,
  );
});

test('frames of the right form, in any order, break nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame.map(framed), { maxLength: 40 }), async (chunks) => {
      const error = await sent(chunks);
      assert.ok(error === undefined || error instanceof ProtocolError, String(error));
    }),
    runs,
  );
});

test('more of a conversation than it was given room for is a fault', async () => {
  const open = encodeFrameWhole({ type: 'open', id: 1, method: 'pauses', opening: encodeValue(1) });
  const data = encodeFrameWhole({ type: 'data', id: 1, data: Buffer.alloc(65_536) });
  assert.match(String(await sent([open, ...Array.from({ length: 9 }, () => data)])), /was given room for/);
  assert.equal(await sent([open, ...Array.from({ length: 7 }, () => data)]), undefined);
});

function framed(message: object): Buffer {
  return encodeFrameWhole({ ...message });
}

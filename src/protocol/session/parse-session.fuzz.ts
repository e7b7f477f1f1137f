import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../../model/errors.ts';
import { decode } from '../framing/decode.ts';
import { encodeFrameWhole } from '../framing/encode.ts';
import { parseServiceMessage, parseThreadEnd } from './parse-service.ts';
import { parseClientMessage } from './parse-session.ts';
import type { ClientMessage, ServiceMessage, ThreadEnd } from './session-messages.ts';

const id = fc.uuid();
const code = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const data = fc.uint8Array({ maxLength: 20 });
const whole = fc.integer({ min: 0, max: 0xffffffff });
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const flag = fc.boolean();
const is = <const T extends string>(type: T): fc.Arbitrary<T> => fc.constant(type);
const thrown = fc.record({ type: fc.string(), message: fc.string(), trace: fc.array(fc.string()) });
const environment = fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.string(), { noNullPrototype: true });

const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ type: is('hello'), version: whole, received: whole }),
  fc.record({ type: is('hello'), version: whole, received: whole, session: id }),
  fc.record({ type: is('received'), count: whole }),
  fc.record({ type: is('code'), seq: whole, code, data, last: flag }),
  fc.record({
    type: is('spawn'),
    thread: id,
    call: data,
    code,
    name: fc.string({ maxLength: 64 }),
    runtime: fc.string(),
    memoryMb: whole,
    timeoutMs: amount,
    environment,
    detached: flag,
    apart: flag,
    batches: flag,
    parts: flag,
  }),
  fc.record({ type: is('lane'), thread: id, data }),
  fc.record({ type: is('credit'), thread: id, bytes: whole }),
  fc.record({ type: is('cancel'), thread: id, graceMs: amount }),
  fc.record({ type: fc.constantFrom('detach' as const, 'attach' as const), thread: id }),
  fc.record({ type: is('ask'), seq: whole, question: fc.record({ about: is('code'), code }) }),
  fc.record({ type: is('ask'), seq: whole, question: fc.record({ about: is('thread'), thread: id }) }),
);

const numbers = { durationMs: amount, cpuMs: amount, memoryPeakMb: amount, logTail: fc.string() };
const kind = fc.constantFrom('throw', 'timeout', 'oom', 'cancelled', 'lost', 'capacity');
const end: fc.Arbitrary<ThreadEnd> = fc.oneof(
  fc.record({ ...numbers, ok: fc.constant(true), result: data }),
  fc.record({ ...numbers, ok: fc.constant(false), kind, thrown }),
);

const serviceMessage: fc.Arbitrary<ServiceMessage> = fc.oneof(
  fc.record({ type: is('welcome'), version: whole, session: id, received: whole }),
  fc.record({ type: is('received'), count: whole }),
  fc.record({ type: is('placed'), thread: id }),
  fc.record({ type: is('started'), thread: id, path: fc.constantFrom('cold-instance', 'warm-instance'), ms: amount }),
  fc.record({ type: is('lane'), thread: id, data }),
  fc.record({ type: is('credit'), thread: id, bytes: whole }),
  fc.record({ type: is('log'), thread: id, text: fc.string() }),
  fc.record({ type: is('log'), thread: id, text: fc.string(), stderr: fc.constant(true as const) }),
  fc.record({ type: is('ended'), thread: id, end }),
  fc.record({ type: is('answer'), seq: whole, ok: fc.constant(true), value: fc.constantFrom('a', 1, true) }),
  fc.record({ type: is('answer'), seq: whole, ok: fc.constant(false), error: thrown }),
);

/** What no encoder of ours makes, but a decoder may give: anything of plain values. */
const junk = fc.anything({ maxDepth: 3, withNullPrototype: true, withTypedArray: true });

/** Never throws anything else: whoever reads a session ends it for a ProtocolError, and fails for others. */
function survives(parse: (value: unknown) => unknown, value: unknown): void {
  try {
    parse(value);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

const overTheWire = (message: object): unknown => decode(encodeFrameWhole(message).subarray(4));

describe('Messages of a session', () => {
  for (const [name, messages, parse] of [
    ['client', clientMessage, parseClientMessage],
    ['service', serviceMessage, parseServiceMessage],
  ] as const) {
    test(`of a ${name} come out as they went in`, () => {
      fc.assert(
        fc.property(messages, (message) => assert.deepEqual(bare(parse(overTheWire(message))), bare(message))),
        { numRuns: 2_000 },
      );
    });

    test(`of a ${name}: garbage throws ProtocolError or nothing`, () => {
      fc.assert(
        fc.property(junk, (value) => survives(parse, value)),
        { numRuns: 5_000 },
      );
    });

    test(`of a ${name} with any field replaced or left out: ProtocolError or nothing`, () => {
      fc.assert(
        fc.property(messages, fc.nat(), fc.option(junk, { nil: undefined }), (message, pick, value) => {
          const fields: Record<string, unknown> = { ...message };
          const names = Object.keys(fields);
          const field = names[pick % names.length] ?? 'type';
          survives(parse, { ...fields, [field]: value });
          const inner = fields[field];
          if (typeof inner !== 'object' || inner === null) return;
          for (const key of Object.keys(inner)) survives(parse, { ...fields, [field]: { ...inner, [key]: value } });
        }),
        { numRuns: 5_000 },
      );
    });
  }

  test('say how a thread ended: garbage throws ProtocolError or nothing', () => {
    fc.assert(fc.property(junk, (value) => survives(parseThreadEnd, value)));
    fc.assert(
      fc.property(end, junk, (value, other) =>
        survives(parseThreadEnd, { ...value, thrown: { ...Object(Reflect.get(value, 'thrown')), trace: [other] } }),
      ),
      { numRuns: 2_000 },
    );
  });

  test('name threads by nothing that means something as the name of a file', () => {
    for (const thread of ['.', '..', '../a', 'a/b', '', '.hidden', 'a'.repeat(65), 'a\0', '-rf'])
      assert.throws(() => parseClientMessage({ type: 'attach', thread }), ProtocolError, JSON.stringify(thread));
  });
});

/** Binary is a Buffer on one side and a Uint8Array on the other. */
function bare(message: unknown): unknown {
  if (message instanceof Uint8Array) return [...message];
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  return Object.fromEntries(Object.entries(message).map(([key, value]) => [key, bare(value)]));
}

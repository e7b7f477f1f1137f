import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeValue } from '../../protocol/clone.ts';
import { decodePlain, NotPlainError } from './plain-value.ts';

const bytesMax = 1_048_576;
const taken = (value: unknown): unknown => decodePlain(encodeValue(value), bytesMax);
/** V8's format: version, then what is said; numbers are varints. */
const crafted = (...bytes: readonly number[]): Buffer => Buffer.from([0xff, 0x0f, ...bytes]);
const fourBillion = [0x80, 0xd0, 0xac, 0xf3, 0x0e];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n += 1) value = [value];
  return value;
}

function laughs(): unknown {
  let value: unknown = ['ha'];
  for (let n = 0; n < 30; n += 1) value = [value, value];
  return value;
}

describe('A value of code that nobody trusts', () => {
  // oxlint-disable-next-line unicorn/no-thenable -- that it is none is what this is about
  const thenable = { then: 1 };
  const plain: Readonly<Record<string, unknown>> = {
    'a text': 'x',
    nothing: undefined,
    'an object': { a: [1, null, { b: 2n }], thenable, toString: 'text', constructor: 'text' },
    'a map of sets': new Map([[new Date(0), new Set([new Uint8Array([1, 2])])]]),
    'an error': new RangeError('text', { cause: new Error('why') }),
    'a buffer': new Uint8Array(1_000).buffer,
    'the same twice': ((shared) => ({ one: shared, other: shared }))({ a: 1 }),
    'as deep as may be': nested(200),
  };
  for (const [what, value] of Object.entries(plain))
    test(`is taken as it is: ${what}`, () => assert.deepEqual(taken(value), value));

  const refused: Readonly<Record<string, readonly [bytes: Buffer, why: RegExp]>> = {
    'a property __proto__': [encodeValue(JSON.parse('{"a": [{"__proto__": {"admin": true}}]}')), /__proto__.*at a\.0/],
    'constructor.prototype': [encodeValue({ constructor: { prototype: { admin: true } } }), /constructor\.prototype/],
    'what is inside itself': [encodeValue(((o) => Object.assign(o, { o }))({})), /inside itself \(at o\)/],
    'what multiplies': [encodeValue(laughs()), /more parts than were sent/],
    'what is too deep': [encodeValue(nested(202)), /deeper than 200/],
    'an array of four billion holes': [crafted(0x61, ...fourBillion, 0x40, 0, ...fourBillion), /holes/],
    'an array with names': [encodeValue(Object.assign([1], { map: 2 })), /properties beside its items/],
    'an array with as many holes as names': [
      encodeValue(Object.assign(Array.from({ length: 0 }), { length: 1, map: /a/ })),
      /array has holes/,
    ],
    'an expression': [encodeValue(/(a+)+$/), /RegExp is nothing that is taken/],
    'a boxed number': [encodeValue(Object(1)), /Number is nothing that is taken/],
    'memory that grows': [encodeValue(new ArrayBuffer(1, { maxByteLength: 100 })), /change its size/],
    'a view of it': [encodeValue(new Uint8Array(new ArrayBuffer(1, { maxByteLength: 100 }))), /change its size/],
    'a DOMException': [encodeValue(new DOMException('x', 'AbortError')), /DOMException/],
    'an object of the platform': [crafted(0x5c, 0x00), /no value at all/],
    'an error whose message is an object': [crafted(0x72, 0x6d, 0x6f, 0x7b, 0x00, 0x2e), /no value|no text/],
    'shared memory': [crafted(0x75, 0x00), /no value at all/],
    'half of one': [serialize({ a: 'long enough' }).subarray(0, 8), /no value at all/],
    nothing: [Buffer.alloc(0), /no value at all/],
    'too many bytes': [encodeValue('x'.repeat(bytesMax)), /bytes; at most 1048576/],
  };
  for (const [what, [bytes, message]] of Object.entries(refused))
    test(`is refused: ${what}`, () =>
      assert.throws(
        () => decodePlain(bytes, bytesMax),
        (error) => error instanceof NotPlainError && message.test(error.message),
      ));

  test('changes nothing of what everything is made of', () => {
    const bytes = encodeValue(JSON.parse('{"__proto__": {"admin": true}}'));
    assert.throws(() => decodePlain(bytes, bytesMax), NotPlainError);
    assert.equal(Reflect.get({}, 'admin'), undefined);
    assert.equal(runInNewContext('({}).admin'), undefined);
  });
});

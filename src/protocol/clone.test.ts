import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { BlockList } from 'node:net';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { decodeValue, encodeValue } from './clone.ts';
import { anything, graph, sameGraph } from './testing/values.ts';

const through = (value: unknown): unknown => decodeValue(encodeValue(value));

describe('A value on its way between threads', () => {
  test('arrives as structuredClone would give it', () => {
    fc.assert(
      fc.property(anything, (value) => {
        assert.ok(isDeepStrictEqual(through(value), structuredClone(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps its circles, its shared parts and its shared buffers', () => {
    fc.assert(
      fc.property(graph, (value) => sameGraph(through(value), structuredClone(value))),
      { numRuns: 2_000 },
    );
  });

  test('does so from whatever place in a larger buffer it is read', () => {
    fc.assert(
      fc.property(graph, fc.nat(9), (value, skip) => {
        const bytes = Buffer.concat([Buffer.alloc(skip), encodeValue(['€ two bytes', value])]);
        return sameGraph(decodeValue(bytes.subarray(skip)), structuredClone(['€ two bytes', value]));
      }),
    );
  });

  const { port1 } = new MessageChannel();
  port1.close();
  for (const [name, value] of Object.entries({
    regexp: /a(?<b>c)/dgimsuy,
    'invalid date': new Date(NaN),
    'lone surrogate': '\ud800',
    'array with a hole and properties': Object.assign(Array(2), { 2: 3, more: -0 }),
    'resizable buffer': new ArrayBuffer(4, { maxByteLength: 8 }),
    'boxed bigint': Object(1n),
    'instance of a class': new (class Point {
      x = 1;
      readonly #hidden = 2;
      get hidden(): number {
        return this.#hidden;
      }
    })(),
    'empty instance of a class': new (class Empty extends Object {})(),
    'error of a class': new (class MyError extends TypeError {})('text', { cause: new Map([[1, { a: 1 }]]) }),
    'error with a stack of its own': Object.assign(new EvalError('e'), { stack: 'at home' }),
    buffer: Buffer.from('abc'),
    'reason of a signal': AbortSignal.abort().reason,
    'DOMException in an error, beside a small Buffer': [
      Buffer.from('abc'),
      new Error('e', { cause: new DOMException('late', 'TimeoutError') }),
    ],
    'abort signal': AbortSignal.abort(),
  }))
    test(`arrives as structuredClone would give it: ${name}`, () => {
      const [own, platforms] = [through(value), structuredClone(value)];
      assert.deepEqual(own, platforms);
      assert.equal(Object.getPrototypeOf(own), Object.getPrototypeOf(platforms));
      if (own instanceof Error && platforms instanceof Error) assert.equal(own.stack, platforms.stack);
    });

  const detached = new ArrayBuffer(4);
  structuredClone(detached, { transfer: [detached] });
  for (const [name, value] of Object.entries({
    function: () => 1,
    symbol: Symbol('s'),
    'boxed symbol': Object(Symbol('s')),
    promise: Promise.resolve(),
    WeakMap: new WeakMap(),
    WeakRef: new WeakRef({}),
    proxy: new Proxy({}, {}),
    generator: (function* () {})(),
    iterator: [1].values(),
    'detached buffer': detached,
    SharedArrayBuffer: new SharedArrayBuffer(4),
    'view of shared memory': new Uint8Array(new SharedArrayBuffer(4)),
    port: port1,
    key: createSecretKey(Buffer.from('k')),
    'process.env': process.env,
    URL: new URL('http://a/'),
    URLSearchParams: new URLSearchParams('a=1'),
    Headers: new Headers({ a: 'b' }),
    FormData: new FormData(),
    Request: new Request('http://a/'),
    Response: new Response('body'),
    Blob: new Blob(['a']),
    ReadableStream: new ReadableStream(),
    BlockList: new BlockList(),
    'WebAssembly.Module': Reflect.construct(Object(Reflect.get(globalThis, 'WebAssembly')).Module, [
      Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    ]),
  }))
    test(`is refused with DataCloneError, wherever it is: ${name}`, () => {
      for (const holder of [
        value,
        [1, { deep: value }],
        new Map([['a', [value]]]),
        new Set([value]),
        new Error('e', { cause: value }),
      ])
        assert.throws(() => encodeValue(holder), { name: 'DataCloneError', constructor: DOMException });
    });

  test('throws what a getter in it throws', () => {
    const value = {
      get bad(): never {
        throw new RangeError('mine');
      },
    };
    assert.throws(() => encodeValue(value), { name: 'RangeError', message: 'mine' });
  });

  test('is refused as bytes that were never encoded, with an error and nothing worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (noise, marked) => {
        const bytes = Buffer.concat([marked ? Buffer.from([0xff, 0x0f]) : Buffer.alloc(0), noise]);
        try {
          decodeValue(bytes);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a small Buffer brings along nothing of what else is in Node's pool", () => {
  const secret = Buffer.from('a secret of this program');
  const [one, two] = [Buffer.from('one'), Buffer.from('two')];
  const value = { one, list: [two, two.subarray(1)] };
  const bytes = encodeValue(value);
  assert.ok(one.buffer === secret.buffer && !bytes.includes(secret), 'they share the pool, and it is not in there');
  const clone: unknown = decodeValue(bytes);
  const { one: first, list } = Object(clone) as { one: Uint8Array; list: readonly Uint8Array[] };
  assert.deepEqual(
    [first, ...list].map((view) => Buffer.from(view).toString()),
    ['one', 'two', 'wo'],
  );
  assert.equal(list[0]?.buffer, first.buffer, 'what shared memory still does');
  const plain = new Uint8Array(two.buffer, two.byteOffset, two.length);
  const both: unknown = decodeValue(encodeValue([one, plain]));
  assert.deepEqual(both, [new Uint8Array(one), new Uint8Array(two)], 'views of other kinds keep what they show');
  const asked: unknown = decodeValue(encodeValue([one, one.buffer]));
  assert.deepEqual(Object(asked)[1], structuredClone(one.buffer), 'memory that is sent by itself is sent whole');
});

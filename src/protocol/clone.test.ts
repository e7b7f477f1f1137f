import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { BlockList } from 'node:net';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { decodeValue, encodeValue } from './clone.ts';

const through = (value: unknown): unknown => decodeValue(encodeValue(value));

/** Contents of two clones, and which places in them hold the same object, are the same. */
function sameGraph(one: unknown, other: unknown, pairs: Map<object, object> = new Map()): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return Object.is(one, other);
  const known = pairs.get(one);
  if (known !== undefined) return known === other;
  if ([...pairs.values()].includes(other)) return false;
  pairs.set(one, other);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const inside = insideOf(one);
  const others = insideOf(other);
  return inside.length === others.length && inside.every((part, at) => sameGraph(part, others[at], pairs));
}

function insideOf(object: object): readonly unknown[] {
  if (object instanceof ArrayBuffer) return [...new Uint8Array(object)];
  if (ArrayBuffer.isView(object)) return [object.buffer, object.byteOffset, object.byteLength];
  if (object instanceof Map) return [...object].flat(1);
  if (object instanceof Set) return [...object];
  if (object instanceof Error) return [object.name, object.message, 'cause' in object, object.cause];
  if (object instanceof Date) return [object.getTime()];
  if (object instanceof RegExp) return [object.source, object.flags, object.lastIndex];
  // Holes of arrays have no key.
  return [...Object.keys(object), ...Object.values(object), Array.isArray(object) && object.length];
}

type Make = (at: (index: number) => unknown) => { object: object; fill: () => void };

/** Containers whose parts are any of the graph's objects, so that there are circles and shared parts. */
const shapes: readonly ((parts: readonly number[], text: string) => Make)[] = [
  (parts, text) => (at) => {
    const object: Record<string, unknown> = {};
    return { object, fill: () => parts.forEach((part, index) => (object[`${text}${index}`] = at(part))) };
  },
  (parts) => (at) => {
    const object: unknown[] = [];
    return { object, fill: () => parts.forEach((part, index) => (object[index * 2] = at(part))) };
  },
  (parts) => (at) => {
    const object = new Map();
    return { object, fill: () => parts.forEach((part) => object.set(at(part), at(part + 1))) };
  },
  (parts) => (at) => {
    const object = new Set();
    return { object, fill: () => parts.forEach((part) => object.add(at(part))) };
  },
  (parts, text) => (at) => {
    const object = new RangeError(text);
    return { object, fill: () => void (object.cause = at(parts[0] ?? 0)) };
  },
];

function shape(pick: number, parts: readonly number[], text: string): Make {
  const make = shapes[pick % shapes.length];
  assert.ok(make !== undefined);
  return make(parts, text);
}

const buffers = fc.array(fc.uint8Array({ minLength: 16, maxLength: 64 }), { minLength: 1, maxLength: 3 });
const views = fc.array(fc.tuple(fc.nat(), fc.constantFrom('u8', 'f64', 'data', 'buffer'), fc.nat(8)), {
  maxLength: 6,
});
const nodes = fc.array(fc.tuple(fc.nat(), fc.array(fc.nat(), { maxLength: 4 }), fc.string()), {
  minLength: 1,
  maxLength: 12,
});

const graph = fc.tuple(buffers, views, nodes).map(([contents, seen, made]) => {
  const stores = contents.map((bytes) => new Uint8Array(bytes).buffer);
  const leaves = seen.map(([pick, kind, skip]) => {
    const store = stores[pick % stores.length] ?? new ArrayBuffer(16);
    if (kind === 'buffer') return store;
    if (kind === 'data') return new DataView(store, skip);
    return kind === 'u8' ? new Uint8Array(store, skip, 4) : new Float64Array(store, 8, 1);
  });
  const all: unknown[] = [...leaves, undefined, -0, 1n, 'text'];
  const at = (index: number): unknown => all[index % all.length];
  const fills = made.map(([pick, parts, text]) => {
    const { object, fill } = shape(pick, parts, text)(at);
    all.push(object);
    return fill;
  });
  for (const fill of fills) fill();
  return all;
});

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

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

import assert from 'node:assert/strict';
import fc from 'fast-check';

// Values for tests of what carries them.

/** Contents of two clones, and which places in them hold the same object, are the same. */
export function sameGraph(one: unknown, other: unknown, pairs: Map<object, object> = new Map()): boolean {
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
  (_parts, text) => () => ({ object: new DOMException(text, 'TimeoutError'), fill: () => undefined }),
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

/** Lists of values with circles, shared parts and shared buffers. */
export const graph: fc.Arbitrary<unknown[]> = fc.tuple(buffers, views, nodes).map(([contents, seen, made]) => {
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

/** Any value that has a clone and no shared parts. */
export const anything: fc.Arbitrary<unknown> = fc.anything({
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

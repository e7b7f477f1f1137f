/**
 * Throws DataCloneError if there is an object of the platform (URL, Headers, Blob, ReadableStream, WebAssembly.Module, …)
 * anywhere in `value`: V8's serializer takes those that are written in JavaScript for empty objects, and would send just
 * that. `value` is one that V8 has serialized: there are no functions, proxies and the like in it. Gives the Buffers in it whose
 * memory is Node's pool.
 */
export function refusePlatformObjects(value: unknown): readonly Buffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const pooled: Buffer[] = [];
  const seen = new Set<object>([value]);
  const left: object[] = [value];
  const visit = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null || seen.has(inner)) return;
    seen.add(inner);
    left.push(inner);
  };
  for (let object = left.pop(); object !== undefined; object = left.pop())
    if (isPooled(object)) pooled.push(object);
    else visitInside(object, visit);
  return pooled;
}

function isPooled(object: object): object is Buffer {
  return Buffer.isBuffer(object) && object.byteLength < Buffer.poolSize && object.buffer.byteLength === Buffer.poolSize;
}

function visitInside(object: object, visit: (inner: unknown) => void): void {
  if (ArrayBuffer.isView(object)) return;
  if (object instanceof Map) {
    for (const [key, value] of object) {
      visit(key);
      visit(value);
    }
    return;
  }
  if (object instanceof Set) {
    for (const item of object) visit(item);
    return;
  }
  if (object instanceof Error) return visit(object.cause);
  const inside: unknown[] = Array.isArray(object) ? object : Object.values(object);
  for (const inner of inside) visit(inner);
  if (inside.length === 0) refuseIfPlatform(object);
}

/** The platform's own algorithm knows; asked only about what seems to be empty, so that it costs little. */
function refuseIfPlatform(object: object): void {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null || isLanguages(object)) return;
  const clone: unknown = structuredClone(object);
  if (Object.getPrototypeOf(clone) === Object.prototype) return;
  throw new DOMException(`${Object.prototype.toString.call(object)} cannot be sent to a thread.`, 'DataCloneError');
}

/** What V8 itself serializes. */
function isLanguages(object: object): boolean {
  return [Array, ArrayBuffer, Date, RegExp, Number, String, Boolean, BigInt].some((type) => object instanceof type);
}

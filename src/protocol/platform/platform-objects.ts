import { eachObject } from './each-object.ts';
import { isPooled } from './pool.ts';

/**
 * Throws DataCloneError if there is an object of the platform (URL, Headers, Blob, ReadableStream, WebAssembly.Module, …)
 * anywhere in `value`: V8's serializer takes those that are written in JavaScript for empty objects, and would send just
 * that. `value` is one that V8 has serialized. Gives whether there is memory of Node's pool in it.
 */
export function refusePlatformObjects(value: unknown): boolean {
  let pooled = false;
  eachObject(value, (object, inside) => {
    pooled ||= isPooled(object);
    if (inside.length === 0) refuseIfPlatform(object);
  });
  return pooled;
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
  const types = [Array, ArrayBuffer, Date, RegExp, Number, String, Boolean, BigInt, Map, Set];
  return ArrayBuffer.isView(object) || types.some((type) => object instanceof type);
}

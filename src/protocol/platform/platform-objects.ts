import { eachObject } from '../each-object.ts';
import { isPooled } from './pool.ts';

/** What the platform has in a value, and needs care. */
export interface PlatformObjects {
  readonly pooled: boolean;
  readonly exceptions: readonly DOMException[];
}

/**
 * Throws DataCloneError if there is an object of the platform (URL, Headers, Blob, ReadableStream, WebAssembly.Module, …)
 * anywhere in `value`: V8's serializer takes those that are written in JavaScript for empty objects, and would send just
 * that. `value` is one that V8 has serialized. Gives whether there is memory of Node's pool in it, and its DOMExceptions.
 */
export function refusePlatformObjects(value: unknown): PlatformObjects {
  let pooled = false;
  const exceptions: DOMException[] = [];
  eachObject(value, (object, inside) => {
    pooled ||= isPooled(object);
    if (object instanceof DOMException) exceptions.push(object);
    else if (inside.length === 0) refuseIfPlatform(object);
  });
  return { pooled, exceptions };
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

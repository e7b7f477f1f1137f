import { decodeValue } from '../../protocol/clone.ts';
import { namedErrors } from '../../protocol/dom-exceptions.ts';

/** Why a value is not taken from code that nobody trusts. */
export class NotPlainError extends Error {
  override readonly name = 'NotPlainError';
}

/** How deep a value may be: whoever goes through it recursively must not run out of stack. */
const depthMax = 200;
/** Parts that a value may have beyond one for each of its bytes: those that stand in it several times count each time. */
const partsFree = 100_000;

const plainPrototypes: ReadonlySet<unknown> = new Set([Object.prototype, null]);

/**
 * Reads a value that code sent which nobody trusts, and gives it only if what it is holds no surprise for who goes through it: it is a tree (nothing
 * is inside itself, and what is in it several times does not multiply beyond what was sent), not too deep, of values without code: primitives, plain
 * objects, arrays without holes, Map, Set, Date, errors, ArrayBuffers and views of them. No name in it leads to a prototype.
 * There are no getters, functions or promises in it: V8's format has none. Throws NotPlainError, with the place of what it is that is refused.
 */
export function decodePlain(bytes: Buffer, bytesMax: number): unknown {
  if (bytes.length > bytesMax)
    throw new NotPlainError(`It has ${bytes.length} bytes; at most ${bytesMax} are taken (\`valueBytesMax\`).`);
  if (bytes[0] === namedErrors) throw new NotPlainError('It has a DOMException in it.');
  let value: unknown;
  try {
    value = decodeValue(bytes);
  } catch (cause) {
    throw new NotPlainError('It is no value at all.', { cause });
  }
  if (typeof value === 'object' && value !== null) new Walk(bytes.length + partsFree).go(value, 0);
  return value;
}

class Walk {
  #left: number;
  readonly #above = new Set<object>();
  readonly #path: (string | number)[] = [];

  constructor(partsMax: number) {
    this.#left = partsMax;
  }

  go(value: unknown, depth: number): void {
    this.#left -= 1;
    if (this.#left < 0) this.#refuse('it comes to more parts than were sent, as some are in it many times');
    if (typeof value !== 'object' || value === null) return;
    if (depth > depthMax) this.#refuse(`it is deeper than ${depthMax}`);
    if (this.#above.has(value)) this.#refuse('something is inside itself');
    this.#above.add(value);
    this.#inside(value, depth + 1);
    this.#above.delete(value);
  }

  #inside(value: object, depth: number): void {
    if (Array.isArray(value)) return this.#array(value, depth);
    if (value instanceof Map) {
      for (const [key, item] of value) {
        this.#step('key', key, depth);
        this.#step('value', item, depth);
      }
      return;
    }
    if (value instanceof Set) {
      for (const item of value) this.#step('item', item, depth);
      return;
    }
    if (value instanceof Date) return;
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return this.#memory(value);
    if (value instanceof Error) return this.#error(value, depth);
    if (!plainPrototypes.has(Object.getPrototypeOf(value)))
      this.#refuse(`${Object.prototype.toString.call(value).slice(8, -1)} is nothing that is taken`);
    this.#object(value, depth);
  }

  #object(value: object, depth: number): void {
    for (const key of Object.keys(value)) {
      const item: unknown = Reflect.get(value, key);
      if (key === '__proto__') this.#refuse('it has a property `__proto__`');
      if (key === 'constructor' && typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype'))
        this.#refuse('it has a property `constructor.prototype`');
      this.#step(key, item, depth);
    }
  }

  #array(value: readonly unknown[], depth: number): void {
    // The length of one with holes says nothing of what was sent.
    if (Object.keys(value).length !== value.length) this.#refuse('an array has holes, or properties beside its items');
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      // As many holes as properties would look as if there were neither.
      if (item === undefined && !Object.hasOwn(value, index)) this.#refuse('an array has holes');
      this.#step(index, item, depth);
    }
  }

  #memory(value: ArrayBuffer | ArrayBufferView): void {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    if (buffer instanceof ArrayBuffer && !buffer.resizable) return;
    this.#refuse('memory may change its size');
  }

  #error(value: Error, depth: number): void {
    for (const key of ['name', 'message', 'stack'] as const) {
      const text: unknown = value[key];
      if (text !== undefined && typeof text !== 'string') this.#refuse(`an error's ${key} is no text`);
    }
    if (Object.hasOwn(value, 'cause')) this.#step('cause', value.cause, depth);
  }

  #step(name: string | number, value: unknown, depth: number): void {
    // Most are so, and have no place of which anything could be said.
    if (this.#left > 0 && (typeof value !== 'object' || value === null)) {
      this.#left -= 1;
      return;
    }
    this.#path.push(name);
    this.go(value, depth);
    this.#path.pop();
  }

  #refuse(why: string): never {
    const place = this.#path.slice(0, 10).join('.').slice(0, 200);
    throw new NotPlainError(`${why[0]?.toUpperCase()}${why.slice(1)}${place === '' ? '' : ` (at ${place})`}.`);
  }
}

import { BytesOut } from './bytes-out.ts';
import { errorTags, errorTypes, formatVersion, regexpFlags, tags, viewFlags, viewTypes } from './tags.ts';

/**
 * Writes a value as V8's ValueSerializer does (src/objects/value-serializer.cc). `value` is one that `structuredClone`
 * gave: so there are no getters, proxies, functions and objects of classes in it. Throws DataCloneError (a DOMException) for
 * what the platform may clone and V8 by itself cannot write: files, images, keys, shared memory.
 *
 * A view that follows the length of its resizable buffer arrives with the length that it has now.
 */
export function writeValue(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.write(value);
  return writer.out.finish();
}

class Writer {
  readonly out = new BytesOut();
  readonly #numbers = new Map<object, number>();

  constructor() {
    this.out.byte(tags.version);
    this.out.varint(formatVersion);
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        return this.out.byte(tags.undefined);
      case 'boolean':
        return this.out.byte(value ? tags.true : tags.false);
      case 'number':
        return this.#number(value);
      case 'string':
        return this.out.string(value);
      case 'bigint':
        this.out.byte(tags.bigint);
        return this.out.bigint(value);
      case 'object':
        return value === null ? this.out.byte(tags.null) : this.#reference(value);
      default:
        throw refusal(typeof value);
    }
  }

  #number(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) {
      this.out.byte(tags.int32);
      return this.out.varint(((value << 1) ^ (value >> 31)) >>> 0);
    }
    this.out.byte(tags.double);
    this.out.double(value);
  }

  /** Objects are numbered in the order in which they are met; a view's buffer comes before it. */
  #reference(object: object): void {
    if (ArrayBuffer.isView(object) && !this.#numbers.has(object)) this.#reference(object.buffer);
    const known = this.#numbers.get(object);
    if (known !== undefined) {
      this.out.byte(tags.reference);
      return this.out.varint(known);
    }
    this.#numbers.set(object, this.#numbers.size);
    this.#object(object);
  }

  #object(object: object): void {
    if (Array.isArray(object)) return this.#array(object);
    if (Object.getPrototypeOf(object) === Object.prototype) return this.#plain(object);
    if (ArrayBuffer.isView(object)) return this.#view(object);
    if (object instanceof ArrayBuffer) return this.#buffer(object);
    if (object instanceof Map) return this.#map(object);
    if (object instanceof Set) return this.#set(object);
    if (object instanceof Error) return this.#error(object);
    if (object instanceof Date) return this.#tagged(tags.date, object.getTime());
    if (object instanceof RegExp) return this.#regexp(object);
    this.#boxed(object);
  }

  #plain(object: object): void {
    this.out.byte(tags.beginObject);
    const keys = Object.keys(object);
    this.#properties(object, keys);
    this.out.byte(tags.endObject);
    this.out.varint(keys.length);
  }

  #properties(object: object, keys: readonly string[]): void {
    for (const key of keys) {
      // As V8 has them; a text would do as well, and takes longer to read.
      if (isIndex(key)) this.#number(Number(key));
      else this.out.string(key);
      this.write(Reflect.get(object, key));
    }
  }

  #array(array: readonly unknown[]): void {
    const keys = Object.keys(array);
    // Where there are holes, or more than elements; those are the last keys.
    if (keys.length !== array.length || !isIndex(keys.at(-1) ?? '0')) {
      this.out.byte(tags.beginSparseArray);
      this.out.varint(array.length);
      this.#properties(array, keys);
      this.out.byte(tags.endSparseArray);
      this.out.varint(keys.length);
    } else {
      this.out.byte(tags.beginDenseArray);
      this.out.varint(array.length);
      for (const item of array) this.write(item);
      this.out.byte(tags.endDenseArray);
      this.out.varint(0);
    }
    this.out.varint(array.length);
  }

  #buffer(buffer: ArrayBuffer): void {
    this.out.byte(buffer.resizable ? tags.resizableArrayBuffer : tags.arrayBuffer);
    this.out.varint(buffer.byteLength);
    if (buffer.resizable) this.out.varint(buffer.maxByteLength);
    this.out.raw(new Uint8Array(buffer));
  }

  #view(view: ArrayBufferView): void {
    const found = [...viewTypes].find(([, type]) => view instanceof type);
    if (found === undefined) throw refusal(Object.prototype.toString.call(view));
    this.out.byte(tags.view);
    this.out.byte(found[0]);
    this.out.varint(view.byteOffset);
    this.out.varint(view.byteLength);
    const { buffer } = view;
    this.out.varint(buffer instanceof ArrayBuffer && buffer.resizable ? viewFlags.resizable : 0);
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.out.byte(tags.beginMap);
    for (const [key, value] of map) {
      this.write(key);
      this.write(value);
    }
    this.out.byte(tags.endMap);
    this.out.varint(map.size * 2);
  }

  #set(set: ReadonlySet<unknown>): void {
    this.out.byte(tags.beginSet);
    for (const item of set) this.write(item);
    this.out.byte(tags.endSet);
    this.out.varint(set.size);
  }

  #error(error: Error): void {
    this.out.byte(tags.error);
    const type = [...errorTypes].find(([, known]) => error instanceof known);
    if (type !== undefined) this.out.byte(type[0]);
    const part = (tag: number, value: unknown): void => {
      this.out.byte(tag);
      this.write(value);
    };
    // A DOMException has it from its class.
    if (Object.hasOwn(error, 'message') || error.message !== '') part(errorTags.message, error.message);
    if (typeof error.stack === 'string') part(errorTags.stack, error.stack);
    if (Object.hasOwn(error, 'cause')) part(errorTags.cause, error.cause);
    this.out.byte(errorTags.end);
  }

  #regexp({ source, flags }: RegExp): void {
    this.out.byte(tags.regexp);
    this.out.string(source);
    this.out.varint(regexpFlags.reduce((bits, [bit, flag]) => bits | (flags.includes(flag) ? bit : 0), 0));
  }

  #boxed(object: object): void {
    const value: unknown = object.valueOf();
    if (typeof value === 'boolean') return this.out.byte(value ? tags.trueObject : tags.falseObject);
    if (typeof value === 'number') return this.#tagged(tags.numberObject, value);
    if (typeof value === 'string') {
      this.out.byte(tags.stringObject);
      return this.out.string(value);
    }
    if (typeof value !== 'bigint') throw refusal(Object.prototype.toString.call(object));
    this.out.byte(tags.bigintObject);
    this.out.bigint(value);
  }

  #tagged(tag: number, value: number): void {
    this.out.byte(tag);
    this.out.double(value);
  }
}

/** Whether a key is that of an element. */
function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57 && String(Number(key) >>> 0) === key && key !== '4294967295';
}

function refusal(what: string): DOMException {
  return new DOMException(`${what} cannot be sent to a thread.`, 'DataCloneError');
}

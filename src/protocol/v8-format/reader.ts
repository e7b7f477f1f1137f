import { ProtocolError } from '../../model/errors.ts';
import { BytesIn } from './bytes-in.ts';
import { errorTags, errorTypes, formatVersion, oldestVersion, regexpFlags, tags, viewTypes } from './tags.ts';

/**
 * Reads a value as V8's ValueDeserializer does (src/objects/value-serializer.cc). Throws ProtocolError, or what the
 * language throws for parts that cannot be, for bytes that no serializer of that version wrote.
 */
export function readValue(bytes: Uint8Array): unknown {
  return new Reader(bytes).read();
}

class Reader {
  readonly #in: BytesIn;
  readonly #objects: object[] = [];

  constructor(bytes: Uint8Array) {
    this.#in = new BytesIn(bytes);
    const mark = this.#in.byte();
    const version = this.#in.varint();
    if (mark !== tags.version || version < oldestVersion || version > formatVersion)
      throw new ProtocolError(
        `A value came in version ${version} of V8's serialization format; this client reads ${oldestVersion} to ${formatVersion}.`,
      );
  }

  read(): unknown {
    const value = this.#plain();
    if (!(value instanceof ArrayBuffer) || this.#in.peek() !== tags.view) return value;
    this.#in.byte();
    return this.#view(value);
  }

  #plain(): unknown {
    this.#in.peek();
    const tag = this.#in.byte();
    switch (tag) {
      case tags.undefined:
        return undefined;
      case tags.null:
        return null;
      case tags.true:
        return true;
      case tags.false:
        return false;
      case tags.int32: {
        const zigzag = this.#in.varint();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case tags.uint32:
        return this.#in.varint();
      case tags.double:
        return this.#in.double();
      case tags.bigint:
        return this.#in.bigint();
      case tags.reference:
        return this.#known(this.#in.varint());
      default:
        return this.#in.string(tag) ?? this.#object(tag);
    }
  }

  #known(number: number): object {
    const object = this.#objects[number];
    if (object === undefined) throw new ProtocolError('A value that came refers to a part that it does not have.');
    return object;
  }

  /** Numbered before what is in it: that may refer to it. */
  #keep<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #object(tag: number): unknown {
    switch (tag) {
      case tags.beginObject:
        return this.#properties(this.#keep({}), tags.endObject);
      case tags.beginDenseArray:
        return this.#denseArray();
      case tags.beginSparseArray: {
        const array = this.#keep(newArray(this.#in.varint()));
        this.#properties(array, tags.endSparseArray);
        this.#in.varint();
        return array;
      }
      case tags.beginMap:
        return this.#map();
      case tags.beginSet:
        return this.#set();
      case tags.arrayBuffer:
        return this.#keep(this.#in.raw(this.#in.varint()).buffer);
      case tags.resizableArrayBuffer:
        return this.#resizable();
      case tags.error:
        return this.#error();
      default:
        return this.#keep(this.#single(tag));
    }
  }

  #single(tag: number): object {
    switch (tag) {
      case tags.date:
        return new Date(this.#in.double());
      case tags.trueObject:
        return Object(true);
      case tags.falseObject:
        return Object(false);
      case tags.numberObject:
        return Object(this.#in.double());
      case tags.bigintObject:
        return Object(this.#in.bigint());
      case tags.stringObject:
        return Object(this.#text());
      case tags.regexp: {
        const source = this.#text();
        const bits = this.#in.varint();
        return new RegExp(source, regexpFlags.map(([bit, flag]) => ((bits & bit) === 0 ? '' : flag)).join(''));
      }
      default:
        throw new ProtocolError(`A value that came has a part of kind ${tag}, which cannot be read here.`);
    }
  }

  #text(): string {
    const value = this.#plain();
    if (typeof value === 'string') return value;
    throw new ProtocolError('A value that came has something else where a text should be.');
  }

  /** Whether `tag` comes next; it is taken then. */
  #ends(tag: number): boolean {
    if (this.#in.peek() !== tag) return false;
    this.#in.byte();
    return true;
  }

  #count(found: number): void {
    const said = this.#in.varint();
    if (said !== found) throw new ProtocolError(`A value that came has ${found} parts where it says ${said}.`);
  }

  #properties<T extends object>(object: T, end: number): T {
    let count = 0;
    for (; !this.#ends(end); count++) {
      const key = this.read();
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new ProtocolError('A value that came has a key that is none.');
      // `__proto__` is a key like any other.
      const value = { value: this.read(), writable: true, enumerable: true, configurable: true };
      if (key === '__proto__') Object.defineProperty(object, key, value);
      else Reflect.set(object, key, value.value);
    }
    this.#count(count);
    return object;
  }

  #denseArray(): unknown[] {
    const length = this.#in.varint();
    if (length > this.#in.left) throw new ProtocolError('A list in a value that came is longer than the value.');
    const array = this.#keep(newArray(length));
    for (let index = 0; index < length; index++) if (!this.#ends(tags.hole)) array[index] = this.read();
    this.#properties(array, tags.endDenseArray);
    this.#count(length);
    return array;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#keep(new Map<unknown, unknown>());
    let count = 0;
    for (; !this.#ends(tags.endMap); count += 2) map.set(this.read(), this.read());
    this.#count(count);
    return map;
  }

  #set(): Set<unknown> {
    const set = this.#keep(new Set<unknown>());
    let count = 0;
    for (; !this.#ends(tags.endSet); count++) set.add(this.read());
    this.#count(count);
    return set;
  }

  #resizable(): ArrayBuffer {
    const length = this.#in.varint();
    const maxByteLength = this.#in.varint();
    const bytes = this.#in.raw(length);
    const buffer = new ArrayBuffer(length, { maxByteLength });
    new Uint8Array(buffer).set(bytes);
    return this.#keep(buffer);
  }

  #view(buffer: ArrayBuffer): ArrayBufferView {
    const type = viewTypes.get(this.#in.byte());
    if (type === undefined) throw new ProtocolError('A value that came has a view of a kind that is none.');
    const offset = this.#in.varint();
    const length = this.#in.varint();
    const follows = (this.#in.varint() & 1) === 1;
    const view = follows ? new type(buffer, offset) : new type(buffer, offset, length / (type.BYTES_PER_ELEMENT ?? 1));
    return this.#keep(view);
  }

  #error(): Error {
    const type = errorTypes.get(this.#in.peek() ?? 0);
    if (type !== undefined) this.#in.byte();
    const error = this.#keep(new (type ?? Error)());
    const set = (name: string, value: unknown): void =>
      void Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
    set('stack', undefined);
    for (;;) {
      const tag = this.#in.byte();
      if (tag === errorTags.end) return error;
      if (tag === errorTags.message) set('message', this.#text());
      else if (tag === errorTags.cause) set('cause', this.read());
      else if (tag === errorTags.stack) set('stack', this.#text());
      else throw new ProtocolError('A value that came has an error with a part that is none.');
    }
  }
}

function newArray(length: number): unknown[] {
  const array: unknown[] = [];
  array.length = length;
  return array;
}

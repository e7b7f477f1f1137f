// V8's serialization format, as far as values between threads need it: one byte says what follows, numbers of things are
// varints (LEB128), everything else is little endian. Source: V8's src/objects/value-serializer.cc (SerializationTag,
// ArrayBufferViewTag, ErrorTag); there is no specification beside it.

/** Of what Node 22 and 24 write. Version 14 gave views their flags. */
export const formatVersion: number = 15;
export const oldestVersion: number = 14;

/** What follows. */
export const tags = {
  version: 0xff,
  padding: 0,
  hole: 0x2d,
  undefined: 0x5f,
  null: 0x30,
  true: 0x54,
  false: 0x46,
  /** Zigzag. */
  int32: 0x49,
  uint32: 0x55,
  double: 0x4e,
  bigint: 0x5a,
  utf8String: 0x53,
  /** Latin-1. */
  oneByteString: 0x22,
  /** UTF-16, at an even place. */
  twoByteString: 0x63,
  /** An object that came before, by its number in the order of first mention. */
  reference: 0x5e,
  beginObject: 0x6f,
  endObject: 0x7b,
  beginSparseArray: 0x61,
  endSparseArray: 0x40,
  beginDenseArray: 0x41,
  endDenseArray: 0x24,
  date: 0x44,
  trueObject: 0x79,
  falseObject: 0x78,
  numberObject: 0x6e,
  bigintObject: 0x7a,
  stringObject: 0x73,
  regexp: 0x52,
  beginMap: 0x3b,
  endMap: 0x3a,
  beginSet: 0x27,
  endSet: 0x2c,
  arrayBuffer: 0x42,
  resizableArrayBuffer: 0x7e,
  /** Comes right behind its buffer, or the reference to it. */
  view: 0x56,
  error: 0x72,
} as const;

/** What follows {@link tags}`.error`, in this order; each may be missing but the last. */
export const errorTags = { message: 0x6d, stack: 0x73, cause: 0x63, end: 0x2e } as const;

/** Classes of errors by the tag that stands before everything else; a plain Error has none. */
export const errorTypes: ReadonlyMap<number, ErrorConstructor> = new Map<number, ErrorConstructor>([
  [0x45, EvalError],
  [0x52, RangeError],
  [0x46, ReferenceError],
  [0x53, SyntaxError],
  [0x54, TypeError],
  [0x55, URIError],
]);

/** A class of views. */
export interface ViewType {
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): ArrayBufferView;
  /** Missing for DataView, which counts in bytes. */
  readonly BYTES_PER_ELEMENT?: number;
}

const half: unknown = Reflect.get(globalThis, 'Float16Array');

function isViewType(value: unknown): value is ViewType {
  return typeof value === 'function';
}

/** Classes of views by what follows {@link tags}`.view`. */
export const viewTypes: ReadonlyMap<number, ViewType> = new Map<number, ViewType>([
  [0x62, Int8Array],
  [0x42, Uint8Array],
  [0x43, Uint8ClampedArray],
  [0x77, Int16Array],
  [0x57, Uint16Array],
  [0x64, Int32Array],
  [0x44, Uint32Array],
  ...(isViewType(half) ? [[0x68, half] as const] : []),
  [0x66, Float32Array],
  [0x46, Float64Array],
  [0x71, BigInt64Array],
  [0x51, BigUint64Array],
  [0x3f, DataView],
]);

/** Bits of a view: its length follows its buffer's; its buffer can be resized. */
export const viewFlags = { lengthTracking: 1, resizable: 2 } as const;

/** Flags of a regular expression, by their bits; one that is not here is only for V8. */
export const regexpFlags: readonly (readonly [bit: number, flag: string])[] = [
  [1, 'g'],
  [2, 'i'],
  [4, 'm'],
  [8, 'y'],
  [16, 'u'],
  [32, 's'],
  [128, 'd'],
  [256, 'v'],
];

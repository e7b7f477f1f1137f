import { limits } from '../../model/limits.ts';
import { ProtocolError } from '../../model/errors.ts';

// A subset of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md): nil, booleans, numbers, strings,
// binary, arrays and maps with text keys. No extension types: what a hostile guest sends must never name a class, a
// function or a pattern to be made on the host. Anything that reads MessagePack can read it.

/** Binary values from this size on go out as they are, in a buffer of their own, instead of being copied, bytes. */
const copiedBytesMax = 32_768;
const scratchBytes = 65_536;
const depthMax = 16;

let scratch = Buffer.allocUnsafeSlow(scratchBytes);
let at = 0;
let parts: Buffer[] = [];

/**
 * Encodes one message as a frame: its length in bytes (u32, little endian), then the MessagePack value. Keys whose value
 * is `undefined` are left out. Gives the frame in one or more parts, to be written one after the other; large binary
 * values are not copied, so they must not be changed until the frame is written.
 *
 * Throws ProtocolError if the frame would be larger than `limits.frameBytesMax`, and TypeError for a value that has no
 * place on the wire (functions, symbols, class instances, bigints, nesting beyond 16).
 */
export function encodeFrame(message: object): readonly Buffer[] {
  at = 4;
  parts = [];
  try {
    writeValue(message, 0);
    takeScratch();
    return sealed(parts);
  } finally {
    parts = [];
    // One huge string must not keep its memory for ever.
    if (scratch.length > scratchBytes * 16) scratch = Buffer.allocUnsafeSlow(scratchBytes);
  }
}

/** The same as one buffer, for constants that are encoded once. */
export function encodeFrameWhole(message: object): Buffer {
  const frame = encodeFrame(message);
  const [only] = frame;
  return frame.length === 1 && only !== undefined ? only : Buffer.concat(frame);
}

function sealed(frame: readonly Buffer[]): readonly Buffer[] {
  let bytes = -4;
  for (const part of frame) bytes += part.length;
  if (bytes > limits.frameBytesMax)
    throw new ProtocolError(
      `A message of ${bytes} bytes does not fit in a frame; the limit is ${limits.frameBytesMax} bytes.`,
    );
  frame[0]?.writeUInt32LE(bytes, 0);
  return frame;
}

function takeScratch(): void {
  if (at === 0) return;
  const part = Buffer.allocUnsafe(at);
  scratch.copy(part, 0, 0, at);
  parts.push(part);
  at = 0;
}

function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  if (at + bytes > limits.frameBytesMax * 2)
    throw new ProtocolError(`A message does not fit in a frame; the limit is ${limits.frameBytesMax} bytes.`);
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function writeValue(value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      return writeText(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return writeByte(value ? 0xc3 : 0xc2);
    case 'undefined':
      return writeByte(0xc0);
    case 'object':
      return writeObject(value, depth);
    case 'bigint':
    case 'function':
    case 'symbol':
      throw new TypeError(`A ${typeof value} cannot be sent: it has no place in a message.`);
  }
}

function writeObject(value: object | null, depth: number): void {
  if (value === null) return writeByte(0xc0);
  if (depth > depthMax) throw new TypeError(`A message nested deeper than ${depthMax} cannot be sent.`);
  if (value instanceof Uint8Array) return writeBinary(value);
  if (Array.isArray(value)) {
    writeHead(value.length, 0x90, 15, 0xdc);
    for (const item of value) writeValue(item, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`A ${value.constructor.name} cannot be sent: only plain objects have a place in a message.`);
  writeMap(value, depth);
}

function writeMap(value: object, depth: number): void {
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const keys = Object.keys(fields);
  let count = 0;
  for (const key of keys) if (fields[key] !== undefined) count++;
  writeHead(count, 0x80, 15, 0xde);
  for (const key of keys) {
    const item = fields[key];
    if (item === undefined) continue;
    writeText(key);
    writeValue(item, depth + 1);
  }
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[at++] = byte;
}

/** Length of an array or map: in the first byte, or in two or four bytes after it. */
function writeHead(length: number, fixed: number, fixedMax: number, wide: number): void {
  reserve(5);
  if (length <= fixedMax) {
    scratch[at++] = fixed | length;
  } else if (length <= 0xffff) {
    scratch[at++] = wide;
    at = scratch.writeUInt16BE(length, at);
  } else {
    scratch[at++] = wide + 1;
    at = scratch.writeUInt32BE(length, at);
  }
}

function writeNumber(value: number): void {
  reserve(9);
  if (!Number.isInteger(value) || value > 0xffffffff || value < -0x80000000 || Object.is(value, -0)) {
    scratch[at++] = 0xcb;
    at = scratch.writeDoubleBE(value, at);
  } else if (value >= 0) {
    writeCount(value);
  } else if (value >= -32) {
    scratch[at++] = value & 0xff;
  } else {
    scratch[at++] = 0xd2;
    at = scratch.writeInt32BE(value, at);
  }
}

function writeCount(value: number): void {
  if (value < 128) {
    scratch[at++] = value;
  } else if (value <= 0xff) {
    scratch[at++] = 0xcc;
    scratch[at++] = value;
  } else if (value <= 0xffff) {
    scratch[at++] = 0xcd;
    at = scratch.writeUInt16BE(value, at);
  } else {
    scratch[at++] = 0xce;
    at = scratch.writeUInt32BE(value, at);
  }
}

function writeText(text: string): void {
  const { length } = text;
  // At most three bytes of UTF-8 for one UTF-16 unit; exact length only where that estimate is large.
  const bytesMax = length < 4_096 ? length * 3 : Buffer.byteLength(text);
  reserve(bytesMax + 5);
  if (length < 32 && writeShortAscii(text, length)) return;
  const bytes = length < 4_096 ? Buffer.byteLength(text) : bytesMax;
  if (bytes < 32) {
    scratch[at++] = 0xa0 | bytes;
  } else if (bytes <= 0xff) {
    scratch[at++] = 0xd9;
    scratch[at++] = bytes;
  } else if (bytes <= 0xffff) {
    scratch[at++] = 0xda;
    at = scratch.writeUInt16BE(bytes, at);
  } else {
    scratch[at++] = 0xdb;
    at = scratch.writeUInt32BE(bytes, at);
  }
  at += scratch.write(text, at, bytes, 'utf8');
}

/** Keys and short words: faster than a call into native code. Says false, with nothing written, if it is not ASCII. */
function writeShortAscii(text: string, length: number): boolean {
  const start = at + 1;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return false;
    scratch[start + index] = unit;
  }
  scratch[at] = 0xa0 | length;
  at = start + length;
  return true;
}

function writeBinary(value: Uint8Array): void {
  const { length } = value;
  reserve(length >= copiedBytesMax ? 5 : length + 5);
  if (length <= 0xff) {
    scratch[at++] = 0xc4;
    scratch[at++] = length;
  } else if (length <= 0xffff) {
    scratch[at++] = 0xc5;
    at = scratch.writeUInt16BE(length, at);
  } else {
    scratch[at++] = 0xc6;
    at = scratch.writeUInt32BE(length, at);
  }
  if (length < copiedBytesMax) {
    scratch.set(value, at);
    at += length;
  } else {
    takeScratch();
    parts.push(Buffer.from(value.buffer, value.byteOffset, length));
  }
}

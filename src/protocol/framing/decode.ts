import { ProtocolError } from '../../model/errors.ts';

/** Nesting of arrays and maps in one message. */
const depthMax = 16;
/** Values in one message: each costs memory many times its one byte on the wire. */
const valuesMax = 262_144;

/** Names of fields come again in every message: the newest short texts are found here instead of being made anew. */
const wordBytesMax = 24;
const words: string[] = Array.from({ length: 256 }, () => '');

const nothing: Buffer = Buffer.alloc(0);
let source: Buffer = nothing;
let at = 0;
let values = 0;

/**
 * Decodes the one MessagePack value that fills `body` (see `encode.ts` for the subset). Binary values are views of
 * `body`, not copies; nil comes out as `undefined`. Made for input from a hostile sender: throws ProtocolError, and nothing else, for bytes that end
 * too early, go on after the value, nest too deep, hold too many values, an extension type, a key that is not text or
 * is `__proto__`, or an integer that a number cannot hold.
 */
export function decode(body: Buffer): unknown {
  source = body;
  at = 0;
  values = 0;
  try {
    const value = readValue(0);
    if (at !== body.length) throw new ProtocolError(`A frame holds ${body.length - at} bytes after its message.`);
    return value;
  } finally {
    source = nothing;
  }
}

function take(bytes: number): number {
  const start = at;
  at += bytes;
  if (at > source.length) throw new ProtocolError('A message ends in the middle of a value.');
  return start;
}

function readValue(depth: number): unknown {
  if (++values > valuesMax) throw new ProtocolError(`A message holds more than ${valuesMax} values.`);
  const lead = source[take(1)] ?? 0;
  if (lead < 0x80) return lead;
  if (lead < 0x90) return readMap(lead & 15, depth);
  if (lead < 0xa0) return readArray(lead & 15, depth);
  if (lead < 0xc0) return readText(lead & 31);
  if (lead >= 0xe0) return lead - 256;
  return readLong(lead, depth);
}

function readLong(lead: number, depth: number): unknown {
  switch (lead) {
    case 0xc0:
      return undefined;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return readBinary(source.readUInt8(take(1)));
    case 0xc5:
      return readBinary(source.readUInt16BE(take(2)));
    case 0xc6:
      return readBinary(source.readUInt32BE(take(4)));
    case 0xd9:
      return readText(source.readUInt8(take(1)));
    case 0xda:
      return readText(source.readUInt16BE(take(2)));
    case 0xdb:
      return readText(source.readUInt32BE(take(4)));
    case 0xdc:
      return readArray(source.readUInt16BE(take(2)), depth);
    case 0xdd:
      return readArray(source.readUInt32BE(take(4)), depth);
    case 0xde:
      return readMap(source.readUInt16BE(take(2)), depth);
    case 0xdf:
      return readMap(source.readUInt32BE(take(4)), depth);
    default:
      return readNumber(lead);
  }
}

function readNumber(lead: number): number {
  switch (lead) {
    case 0xca:
      return source.readFloatBE(take(4));
    case 0xcb:
      return source.readDoubleBE(take(8));
    case 0xcc:
      return source.readUInt8(take(1));
    case 0xcd:
      return source.readUInt16BE(take(2));
    case 0xce:
      return source.readUInt32BE(take(4));
    case 0xcf:
      return safe(source.readBigUInt64BE(take(8)));
    case 0xd0:
      return source.readInt8(take(1));
    case 0xd1:
      return source.readInt16BE(take(2));
    case 0xd2:
      return source.readInt32BE(take(4));
    case 0xd3:
      return safe(source.readBigInt64BE(take(8)));
    default:
      throw new ProtocolError(`A message holds a value of type 0x${lead.toString(16)}, which has no place in it.`);
  }
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new ProtocolError(`A message holds the integer ${value}, which is too large.`);
  return number;
}

function readBinary(length: number): Buffer {
  const start = take(length);
  return source.subarray(start, start + length);
}

function readText(length: number): string {
  const start = take(length);
  const end = start + length;
  if (length > wordBytesMax) return source.toString('utf8', start, end);
  let hash = length;
  for (let index = start; index < end; index++) hash = (hash * 31 + (source[index] ?? 0)) | 0;
  const place = hash & (words.length - 1);
  const word = words[place] ?? '';
  if (isWord(word, start, length)) return word;
  return (words[place] = source.toString('utf8', start, end));
}

/** Whether `word` is the text there. Says no to what is not ASCII. */
function isWord(word: string, start: number, length: number): boolean {
  if (word.length !== length) return false;
  for (let index = 0; index < length; index++) {
    const byte = source[start + index] ?? 0;
    if (byte > 127 || byte !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** Refuses a length that the rest of the frame cannot hold, before anything is made for it. */
function enter(length: number, depth: number): void {
  if (depth >= depthMax) throw new ProtocolError(`A message is nested deeper than ${depthMax}.`);
  if (length > source.length - at) throw new ProtocolError('A message announces more values than it has bytes.');
}

function readArray(length: number, depth: number): unknown[] {
  enter(length, depth);
  const items: unknown[] = [];
  for (let index = 0; index < length; index++) items.push(readValue(depth + 1));
  return items;
}

function readMap(length: number, depth: number): Record<string, unknown> {
  enter(length, depth);
  const map: Record<string, unknown> = {};
  for (let index = 0; index < length; index++) {
    const key = readValue(depth + 1);
    if (typeof key !== 'string' || key === '__proto__')
      throw new ProtocolError('A message holds a map with a key that is not plain text.');
    map[key] = readValue(depth + 1);
  }
  return map;
}

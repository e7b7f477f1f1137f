import { parseThreadEnd } from '../protocol/session/parse-service.ts';
import type { KeptThread } from './contract.ts';

// Length of the header (u32, little endian); the header, JSON: name, end without its result, lengths of what follows; the result, and the parts
// that came ahead of it, one after the other.

/** The bytes of a thread that has ended, in parts. */
export function encodeThread({ name, end, parts }: KeptThread): readonly Uint8Array[] {
  const result = end.ok ? end.result : new Uint8Array();
  const header = {
    name,
    end: { ...end, result: undefined },
    bytes: [result.length, ...parts.map(({ length }) => length)],
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return [length, text, result, ...parts];
}

/** Throws for what is no thread's. */
export function decodeThread(bytes: Buffer): KeptThread {
  let at = 4 + bytes.readUInt32LE(0);
  const header: unknown = JSON.parse(bytes.toString('utf8', 4, at));
  const fields: Readonly<Record<string, unknown>> = typeof header === 'object' && header !== null ? { ...header } : {};
  const lengths = Array.isArray(fields['bytes']) ? fields['bytes'].map(Number) : [];
  const [result = Buffer.alloc(0), ...parts] = lengths.map((length) => bytes.subarray(at, (at += length)));
  const end: unknown = fields['end'];
  return { name: String(fields['name']), end: parseThreadEnd({ ...Object(end), result }), parts };
}

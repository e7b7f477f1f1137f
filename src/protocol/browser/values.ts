import { readValue } from '../v8-format/reader.ts';
import { writeValue } from '../v8-format/writer.ts';

// The twin of platform/values.ts where there is no `node:v8`.

/**
 * Throws DataCloneError (a DOMException) for a value that cannot be cloned; nothing has happened then. The platform's own
 * algorithm goes through what the caller gave, getters, proxies and all; what is written is its clone.
 */
export function encodeValue(value: unknown): Buffer {
  const bytes = writeValue(structuredClone(value));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Throws for bytes that {@link encodeValue} and its twin never made. */
export function decodeValue(bytes: Buffer): unknown {
  return readValue(bytes);
}

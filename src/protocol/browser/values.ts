import { domExceptionsIn, namedErrors, restoreDomExceptions, withNames } from '../dom-exceptions.ts';
import { readValue } from '../v8-format/reader.ts';
import { writeValue } from '../v8-format/writer.ts';

// The twin of platform/values.ts where there is no `node:v8`.

/**
 * Throws DataCloneError (a DOMException) for a value that cannot be cloned; nothing has happened then. The platform's own
 * algorithm goes through what the caller gave, getters, proxies and all; what is written is its clone.
 */
export function encodeValue(value: unknown): Buffer {
  const clone: unknown = structuredClone(value);
  const exceptions = domExceptionsIn(clone);
  if (exceptions.length > 0) {
    const named = writeValue(withNames(clone, exceptions));
    return Buffer.concat([Buffer.of(namedErrors), named]);
  }
  const bytes = writeValue(clone);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Throws for bytes that {@link encodeValue} and its twin never made. */
export function decodeValue(bytes: Buffer): unknown {
  return bytes[0] === namedErrors ? restoreDomExceptions(readValue(bytes.subarray(1))) : readValue(bytes);
}

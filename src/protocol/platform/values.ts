import { Deserializer, Serializer } from 'node:v8';
import { refusePlatformObjects } from './platform-objects.ts';

/**
 * Values on their way between threads, with the fidelity of the structured clone algorithm, in V8's serialization format
 * (https://nodejs.org/api/v8.html#serialization-api): what `postMessage` uses within a process. Unlike `v8.serialize`
 * views keep sharing their buffer, and a `Buffer` arrives as the Uint8Array it is.
 */
class CloneSerializer extends Serializer {
  // Called by V8 for what has no clone: functions, symbols, SharedArrayBuffer, promises and the like.
  _getDataCloneError(message: string): DOMException {
    return new DOMException(message, 'DataCloneError');
  }

  // oxlint-disable-next-line class-methods-use-this -- V8's interface
  _getSharedArrayBufferId(): number {
    throw new DOMException(
      'A SharedArrayBuffer cannot be sent: a thread runs in another machine, and shares no memory with this one.',
      'DataCloneError',
    );
  }

  // Called for objects of the runtime's C++ side, such as ports and keys.
  // oxlint-disable-next-line class-methods-use-this -- V8's interface
  _writeHostObject(object: object): never {
    throw new DOMException(
      `${Object.prototype.toString.call(object)} cannot be sent: it belongs to this process.`,
      'DataCloneError',
    );
  }
}

/** Throws DataCloneError (a DOMException) for a value that cannot be cloned; nothing has happened then. */
export function encodeValue(value: unknown): Buffer {
  const serializer = new CloneSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  const pooled = refusePlatformObjects(value);
  return pooled.length === 0 ? serializer.releaseBuffer() : withoutOthers(value, pooled);
}

/**
 * Small Buffers of Node's share a pool, and a clone of one has the whole pool: within a process that is nothing, but
 * elsewhere nobody must see what else this program keeps there. The clone of the pool has zeros in its place.
 */
function withoutOthers(value: unknown, pooled: readonly Buffer[]): Buffer {
  const copies = structuredClone([value, pooled] as const);
  const own = new Map<ArrayBufferLike, Uint8Array>();
  for (const { buffer, byteOffset, byteLength } of copies[1]) {
    const kept = own.get(buffer) ?? new Uint8Array(buffer.byteLength);
    own.set(buffer, kept);
    kept.set(new Uint8Array(buffer, byteOffset, byteLength), byteOffset);
  }
  for (const [buffer, kept] of own) new Uint8Array(buffer).set(kept);
  const serializer = new CloneSerializer();
  serializer.writeHeader();
  serializer.writeValue(copies[0]);
  return serializer.releaseBuffer();
}

/** Throws for bytes that {@link encodeValue} never made. */
export function decodeValue(bytes: Buffer): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

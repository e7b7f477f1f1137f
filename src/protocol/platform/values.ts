import { Deserializer, Serializer } from 'node:v8';
import { domExceptionsIn, namedErrors, restoreDomExceptions, withNames } from '../dom-exceptions.ts';
import { refusePlatformObjects } from './platform-objects.ts';
import { forgetOthers } from './pool.ts';

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
  const bytes = serialize(value);
  const { pooled, exceptions } = refusePlatformObjects(value);
  if (!pooled) return exceptions.length === 0 ? bytes : serializeNamed(value, exceptions);
  const clone: unknown = structuredClone(value);
  forgetOthers(clone);
  return exceptions.length === 0 ? serialize(clone) : serializeNamed(clone, domExceptionsIn(clone));
}

function serializeNamed(value: unknown, exceptions: readonly DOMException[]): Buffer {
  return Buffer.concat([Buffer.of(namedErrors), serialize(withNames(value, exceptions))]);
}

function serialize(value: unknown): Buffer {
  const serializer = new CloneSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Throws for bytes that {@link encodeValue} never made. */
export function decodeValue(bytes: Buffer): unknown {
  return bytes[0] === namedErrors ? restoreDomExceptions(deserialize(bytes.subarray(1))) : deserialize(bytes);
}

function deserialize(bytes: Buffer): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

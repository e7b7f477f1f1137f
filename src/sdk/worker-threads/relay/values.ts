import { MessagePort } from 'node:worker_threads';
import { Deserializer, Serializer } from 'node:v8';
import { domExceptionsIn, namedErrors, restoreDomExceptions, withNames } from '../../../protocol/dom-exceptions.ts';

/** Who knows the ports that cross. */
export interface PortNames {
  /** Gives a port that was found in a value to the other end, under a name. */
  adopt(port: MessagePort): number;
  /** The port here that stands for one of the other end. */
  open(id: number): MessagePort;
}

class PortSerializer extends Serializer {
  readonly #ports: PortNames;

  constructor(ports: PortNames) {
    super();
    this.#ports = ports;
  }

  // Called by V8 for objects that are not JavaScript's own.
  _writeHostObject(object: object): void {
    if (!(object instanceof MessagePort)) throw refusal(nameOf(object));
    // oxlint-disable-next-line typescript/no-unsafe-call -- in V8's interface, missing in its types
    Serializer.prototype.writeUint32.call(this, this.#ports.adopt(object));
  }

  _getDataCloneError(message: string): DOMException {
    return new DOMException(message, 'DataCloneError');
  }

  _getSharedArrayBufferId(): number {
    throw refusal('SharedArrayBuffer');
  }
}

class PortDeserializer extends Deserializer {
  readonly found: MessagePort[] = [];
  readonly #ports: PortNames;

  constructor(bytes: Buffer, ports: PortNames) {
    super(bytes);
    this.#ports = ports;
  }

  _readHostObject(): MessagePort {
    const port = this.#ports.open(this.readUint32());
    this.found.push(port);
    return port;
  }
}

/** The error for what cannot leave this machine. */
export function refusal(name: string): DOMException {
  const why = 'the worker runs on another machine, and shares neither memory, files nor handles with this one';
  return new DOMException(`${name} could not be cloned: ${why}.`, 'DataCloneError');
}

/** What people call an object: the name of its class. */
export function nameOf(value: object): string {
  const { constructor }: { constructor?: unknown } = value;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'An object';
}

/** Bytes of a value that is ours already (a clone). Its ports are handed over. Throws DataCloneError. */
export function pack(value: unknown, ports: PortNames): Buffer {
  const exceptions = domExceptionsIn(value);
  if (exceptions.length === 0) return serialize(value, ports);
  return Buffer.concat([Buffer.of(namedErrors), serialize(withNames(value, exceptions), ports)]);
}

function serialize(value: unknown, ports: PortNames): Buffer {
  const serializer = new PortSerializer(ports);
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** The value again, and the ports in it, which a further `postMessage` has to list. */
export function unpack(
  bytes: Uint8Array,
  ports: PortNames,
): { readonly value: unknown; readonly ports: MessagePort[] } {
  const named = bytes[0] === namedErrors;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const deserializer = new PortDeserializer(named ? whole.subarray(1) : whole, ports);
  deserializer.readHeader();
  const value: unknown = deserializer.readValue();
  return { value: named ? restoreDomExceptions(value) : value, ports: deserializer.found };
}

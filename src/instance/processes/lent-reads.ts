import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { LendingStream } from '../../protocol/framing/connection.ts';

/** One for all channels, as what was read is used up before the event loop reads again. Holds all that a stream may have under way. */
const readBytes = 262_144;
let shared: Buffer | undefined;

interface Handle {
  /** Whether it reads. Node's own. */
  reading: boolean;
}

/**
 * A socket that reads into the same memory again and again, where Node's own takes 64 KiB anew for each read: of an answer that streams, collecting
 * that was most of the work. Whoever is lent what came has to copy what he keeps. Until somebody is, it is a stream like any other.
 */
class LendingSocket extends Socket implements LendingStream {
  #receive: ((chunk: Buffer) => void) | undefined;

  constructor(handle: Handle) {
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
      if (this.#receive === undefined) return this.push(Buffer.from(chunk));
      this.#receive(chunk);
      return true;
    };
    const buffer = (shared ??= Buffer.allocUnsafeSlow(readBytes));
    const options: object = {
      handle,
      readable: true,
      writable: true,
      // It reads already.
      manualStart: true,
      onread: { buffer, callback },
    };
    super(options);
  }

  lend(receive: (chunk: Buffer) => void): void {
    this.#receive = receive;
    const early: unknown = this.read();
    if (Buffer.isBuffer(early)) receive(early);
    this.resume();
  }
}

/**
 * Takes over what a socket stands for, and what it has read: the new one lends what comes. Gives what is no socket of Node's back as it is. The old
 * one is of no use afterwards.
 */
export function lendingReads(socket: Duplex): Duplex {
  if (!(socket instanceof Socket) || socket.destroyed) return socket;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (!isHandle(handle)) return socket;
  const early: unknown = socket.read();
  Reflect.set(socket, '_handle', null);
  const lending = new LendingSocket(handle);
  lending.on('error', () => undefined);
  if (Buffer.isBuffer(early)) lending.push(early);
  return lending;
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'readStart' in value && 'useUserBuffer' in value;
}

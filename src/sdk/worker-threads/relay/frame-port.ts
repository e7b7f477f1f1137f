import type { MessagePort } from 'node:worker_threads';
import { decodeValue, encodeValue } from '../../../protocol/clone.ts';
import { partBytes } from '../../../protocol/threads/lane.ts';

/** A frame larger than this goes in several parts: a thread's lane takes no message of any size. */
const wholeBytesMax = partBytes;

/** Sends and receives frames over a thread's port. */
export class FramePort<Out extends object> {
  readonly #port: MessagePort;
  #parts: Buffer[] = [];

  /** `onFrame` is called with whatever was sent on the other end. */
  constructor(port: MessagePort, onFrame: (frame: unknown) => void) {
    this.#port = port;
    port.on('message', (message: unknown) => {
      if (!(message instanceof Uint8Array)) return onFrame(message);
      // The first byte says whether more comes.
      this.#parts.push(Buffer.from(message.buffer, message.byteOffset + 1, message.byteLength - 1));
      if (message[0] === 1) return;
      const whole = Buffer.concat(this.#parts.splice(0));
      onFrame(decodeValue(whole));
    });
    port.unref();
  }

  send(frame: Out): void {
    if (sizeOf(frame) <= wholeBytesMax) return this.#port.postMessage(frame);
    const whole = encodeValue(frame);
    for (let at = 0; at < whole.length; at += wholeBytesMax) {
      const last = at + wholeBytesMax >= whole.length;
      this.#port.postMessage(Buffer.concat([Buffer.of(last ? 0 : 1), whole.subarray(at, at + wholeBytesMax)]));
    }
  }
}

/** About how large a frame is: its bytes and those of the files in it. */
function sizeOf(frame: object): number {
  let bytes = 0;
  for (const value of Object.values(frame))
    if (value instanceof Uint8Array) bytes += value.byteLength;
    else if (Array.isArray(value)) for (const item of value) bytes += sizeOf(Object(item));
  return bytes;
}

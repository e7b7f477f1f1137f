import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { fieldsOf, type Fields } from '../fields.ts';

// What two hosts say to each other of an invocation that one has the other run, each a byte that says what it is, and bytes or MessagePack.

/** What a message is. */
export const tags = {
  // From the host that has the request.
  /** A function version, as it was asked for. */
  version: 1,
  lane: 2,
  /** So many bytes of the lane were taken. */
  took: 3,
  /** Nobody takes the rest of the answer. */
  leave: 4,
  cancel: 5,
  gone: 6,
  renew: 7,
  sync: 8,
  /** The oldest part of the answer that was not taken is now. */
  tookPart: 9,
  /** The code of the thread calls something, by way of the host that has the request; and that has ended. */
  calls: 10,
  called: 11,
  // From the host that runs it.
  need: 32,
  placed: 33,
  started: 34,
  received: 35,
  printed: 36,
  began: 37,
  part: 38,
  paused: 39,
  synced: 40,
  /** So many bytes of the lane went on into the container. */
  sent: 41,
  outcome: 42,
  /** Its instance stands still, or goes on. */
  stands: 44,
} as const;

/** One of {@link tags}. */
export type Tag = (typeof tags)[keyof typeof tags];

/** Of one message, what surrounds its bytes. */
const nothing = Buffer.alloc(0);
const frameHeadBytes = 4;

/** A message of bytes, which are copied. */
export function bytesMessage(tag: Tag, bytes: Uint8Array = nothing): Uint8Array {
  const message = Buffer.allocUnsafe(1 + bytes.length);
  message[0] = tag;
  message.set(bytes, 1);
  return message;
}

/** A message of plain data. */
export function dataMessage(tag: Tag, data: object): Uint8Array {
  const frame = encodeFrameWhole(data);
  // The head of a frame is not needed: its last byte becomes the tag.
  frame[frameHeadBytes - 1] = tag;
  return frame.subarray(frameHeadBytes - 1);
}

/** What a message says, without its tag; a view of it. */
export function bytesOf(message: Uint8Array): Buffer {
  return Buffer.from(message.buffer, message.byteOffset + 1, message.byteLength - 1);
}

/** Its plain data. Throws ProtocolError. */
export function dataOf(message: Uint8Array): Fields {
  return fieldsOf(decode(bytesOf(message)));
}

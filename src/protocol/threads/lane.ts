import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';

// What a thread's runtime and whoever started it say to each other: the call, its answer, and between them messages both
// ways on the thread's lane. The service passes it on unread. Values are in V8's serialization format (`node:v8`).
//
// This room is what the sdk and the runtime share of a thread: this is what they say, `batch.ts` the same for several threads in one invocation,
// `demand.ts` and `port-owner.ts` what both ends do in the same way, and `thread-context.ts` what the runtime leaves for the sdk inside.

/** Kinds of lane messages: the first byte. The rest is a value, or as said. */
export const laneKinds = {
  /** For the other end's port. */
  post: 0,
  /** To the thread: please stop; the value is the reason. */
  cancel: 1,
  /** To the thread: so many more items of its stream are wanted (u32, little endian); 0 ends the stream. */
  want: 2,
  /** A part of the arguments or of the result, in order. */
  part: 3,
  /** From the thread: an item of its stream. */
  item: 4,
  /** To the thread: asks for its usage; from it: `{cpuMs, peakMb}`. */
  usage: 5,
  /** Bytes of a session in which the thread is the client: threads that it starts itself. Not passed on. */
  session: 6,
  /** The other end's port was closed: this one's closes, after what was posted before. */
  close: 7,
  /** To several in one (batch.ts): begin no more of them. */
  recall: 8,
  /** From several in one: the end of the one that ran (`TurnEnd`); the next one begins. */
  next: 9,
  /** From several in one: those after the one that runs will not be begun here. */
  back: 10,
  /** To the thread: a signal among its arguments has fired (`encodeAbort`). */
  abort: 11,
} as const;
/** One of {@link laneKinds}. */
export type LaneKind = (typeof laneKinds)[keyof typeof laneKinds];
/** By their numbers, in whose order they stand there. */
const kinds: readonly LaneKind[] = Object.values(laneKinds);

/** Bytes of a value that travel in one piece with the call or the answer; larger ones go ahead in parts of this size. */
export const partBytes = 262_144;
/** Bytes that may be on their way to an end of a lane that has not taken them yet. */
export const laneWindowBytes = 4_194_304;

/** Makes a lane message. Throws RangeError for one that is too large. */
export function laneMessage(kind: LaneKind, body: Uint8Array): Buffer {
  checkLaneBytes(body);
  const message = Buffer.allocUnsafe(1 + body.length);
  message[0] = kind;
  message.set(body, 1);
  return message;
}

/** Throws RangeError for a body that no lane message can have. */
export function checkLaneBytes(body: Uint8Array): void {
  if (body.length <= limits.threadMessageBytesMax) return;
  throw new RangeError(
    `A message of a thread's port, or an item of its stream, has ${body.length} bytes; at most ${limits.threadMessageBytesMax} are allowed. ` +
      'What is larger can be an argument or a result.',
  );
}

/** Takes one apart. Throws ProtocolError for one that is none. */
export function openLaneMessage(message: Uint8Array): { readonly kind: LaneKind; readonly body: Buffer } {
  const kind = kinds[message[0] ?? kinds.length];
  if (kind === undefined)
    throw new ProtocolError(`A message on a thread's lane is of kind ${message[0]}, which is none.`);
  return { kind, body: Buffer.from(message.buffer, message.byteOffset + 1, message.byteLength - 1) };
}

/** A value that is here, or of which so many bytes come in parts. */
export type Carried = { readonly bytes: Buffer } | { readonly partsBytes: number };

/** What stands before the name in a call. */
const headBytes = 7;
const inline = 0;
const inParts = 1;

/** What is to run: an export of a module (none: it is loaded, and waits to be cancelled), and what becomes of what it gives. */
export interface Call {
  readonly exportName: string;
  readonly args: Carried;
  /** It gives something to iterate over, whose items are sent one by one as they are wanted. */
  readonly streams: boolean;
  /** The most bytes that its result may have. */
  readonly resultBytesMax: number;
  /** Of which trace it is, as its code is to know. */
  readonly trace?: CallTrace;
}

/** W3C's `traceparent` and `tracestate`. */
export interface CallTrace {
  readonly traceparent: string;
  readonly traceState?: string | undefined;
}

/** Bits of a call's first byte. */
const callFlags = { streams: 1, traced: 4 };

/** Whether it streams (u8), length of the export's name (u16), bytes of its result (u32), little endian; the name, the arguments. */
export function encodeCall({ exportName, args, streams, resultBytesMax }: Omit<Call, 'trace'>): Buffer {
  const name = Buffer.from(exportName);
  const head = Buffer.alloc(headBytes);
  head[0] = streams ? callFlags.streams : 0;
  head.writeUInt16LE(name.length, 1);
  head.writeUInt32LE(resultBytesMax, 3);
  return Buffer.concat([head, name, encodeCarried(args)]);
}

/** The same call, of a trace: between name and arguments, with its length (u16) before it, stands what its code is to know. The rest is not read. */
export function tracedCall(call: Uint8Array, { traceparent, traceState }: CallTrace): Buffer {
  const bytes = Buffer.from(call.buffer, call.byteOffset, call.byteLength);
  if (bytes.length <= headBytes) return bytes;
  const nameEnd = headBytes + bytes.readUInt16LE(1);
  const text = Buffer.from(traceState === undefined ? traceparent : `${traceparent}\n${traceState}`);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  const traced = Buffer.concat([bytes.subarray(0, nameEnd), length, text, bytes.subarray(nameEnd)]);
  traced[0] = (traced[0] ?? 0) | callFlags.traced;
  return traced;
}

/** Throws ProtocolError for what is no call. */
export function decodeCall(call: Buffer): Call {
  if (call.length <= headBytes) throw new ProtocolError(`A call of ${call.length} bytes is too short to be one.`);
  const end = headBytes + call.readUInt16LE(1);
  const exportName = call.toString('utf8', headBytes, end);
  const resultBytesMax = call.readUInt32LE(3);
  const flags = call[0] ?? 0;
  const streams = (flags & callFlags.streams) !== 0;
  if ((flags & callFlags.traced) === 0 || call.length < end + 2)
    return { exportName, args: decodeCarried(call.subarray(end)), streams, resultBytesMax };
  const traceEnd = end + 2 + call.readUInt16LE(end);
  const [traceparent = '', traceState] = call.toString('latin1', end + 2, traceEnd).split('\n');
  const trace = { traceparent, ...(traceState !== undefined && { traceState }) };
  return { exportName, args: decodeCarried(call.subarray(traceEnd)), streams, resultBytesMax, trace };
}

/** Prefixed with whether it is here or comes in parts. */
export function encodeCarried(value: Carried): Buffer {
  if ('bytes' in value) return Buffer.concat([Buffer.of(inline), value.bytes]);
  const head = Buffer.alloc(9);
  head[0] = inParts;
  head.writeDoubleLE(value.partsBytes, 1);
  return head;
}

/** Throws ProtocolError for what {@link encodeCarried} never made. */
export function decodeCarried(bytes: Buffer): Carried {
  if (bytes[0] === inline) return { bytes: bytes.subarray(1) };
  if (bytes[0] === inParts && bytes.length === 9) return { partsBytes: bytes.readDoubleLE(1) };
  throw new ProtocolError('A value on its way between a thread and its caller has a head that is none.');
}

/** Puts together a value that comes in parts. */
export class PartsIn {
  /** Parts that came before it was known how many there are. */
  readonly #early: Buffer[] = [];
  #whole: Buffer | undefined;
  #filled = 0;
  readonly #done = Promise.withResolvers<Buffer>();

  /** Resolves with the value's bytes when all of them are there. To be called once. */
  whole(value: Carried): Promise<Buffer> {
    if ('bytes' in value) return Promise.resolve(value.bytes);
    if (!(value.partsBytes >= 0 && value.partsBytes <= limits.threadValueBytesMax))
      throw new ProtocolError(`A value of ${value.partsBytes} bytes is on its way between a thread and its caller.`);
    this.#whole = Buffer.allocUnsafeSlow(value.partsBytes);
    for (const part of this.#early.splice(0)) this.#fill(this.#whole, part);
    return this.#done.promise;
  }

  add(part: Buffer): void {
    if (this.#whole === undefined) this.#early.push(part);
    else this.#fill(this.#whole, part);
  }

  #fill(whole: Buffer, part: Buffer): void {
    this.#filled += part.copy(whole, this.#filled);
    if (this.#filled === whole.length) this.#done.resolve(whole);
  }
}

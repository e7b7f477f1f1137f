import { ProtocolError } from '../../model/errors.ts';
import { laneKinds, laneMessage } from './lane.ts';

// Several calls in one invocation of a container: run one after the other, as if each had come by itself. Where a call was begun is
// told before it begins, so that a call runs at most once whatever becomes of its container:
//
//   runtime: writes `next` (the last call's result; the next one begins), reads what has come from the host, and begins only then,
//            unless that was `recall`;
//   host:    writes `recall`, and then reads what has come from the runtime.
//
// Whoever is second sees what the first wrote: either the host sees that the call has begun, or the runtime does not begin it. So the
// host need not wait for an answer from a runtime that user code keeps busy (Dekker, "Cooperating sequential processes", 1965). This
// only holds where nothing lies between two ends of a channel (`DriverCapabilities.directChannels`).

/** Where a call says whether it streams (0 or 1), several in one have this. */
const several = 2;
const lengthBytes = 4;
/** A byte of flags, and three numbers. */
const headBytes = 25;
const flags = { waited: 1, unbegun: 2 };

/** What became of one call of several. */
export interface TurnEnd {
  /** None: it was taken back before it began. */
  readonly result?: Uint8Array;
  /** It waited for something: the event loop turned before it had its result. */
  readonly waited: boolean;
  readonly ranMs: number;
  readonly cpuMs: number;
  readonly memoryPeakMb: number;
}

/** Makes one payload of calls. */
export function encodeBatch(calls: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [Buffer.of(several)];
  for (const call of calls) {
    const length = Buffer.allocUnsafe(lengthBytes);
    length.writeUInt32LE(call.length);
    parts.push(length, call);
  }
  return Buffer.concat(parts);
}

/** The calls in a payload; undefined where it is a call itself. Throws ProtocolError for one that is cut short. */
export function decodeBatch(payload: Uint8Array): readonly Buffer[] | undefined {
  if (payload[0] !== several) return undefined;
  const { buffer, byteOffset, byteLength } = payload;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const calls: Buffer[] = [];
  for (let at = 1; at < bytes.length;) {
    const from = at + lengthBytes;
    const to = from > bytes.length ? Infinity : from + bytes.readUInt32LE(at);
    if (to > bytes.length) throw new ProtocolError('A payload of several calls ends in the middle of one.');
    calls.push(bytes.subarray(from, to));
    at = to;
  }
  return calls;
}

export function encodeTurnEnd({ result, waited, ranMs, cpuMs, memoryPeakMb }: TurnEnd): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + (result?.length ?? 0));
  bytes[0] = (waited ? flags.waited : 0) | (result === undefined ? flags.unbegun : 0);
  bytes.writeDoubleLE(ranMs, 1);
  bytes.writeDoubleLE(cpuMs, 9);
  bytes.writeDoubleLE(memoryPeakMb, 17);
  if (result !== undefined) bytes.set(result, headBytes);
  return bytes;
}

/** Throws ProtocolError for what is none: user code may say anything. */
export function decodeTurnEnd({ buffer, byteOffset, byteLength }: Uint8Array): TurnEnd {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (bytes.length < headBytes) throw new ProtocolError(`The end of a call has ${bytes.length} bytes, and is none.`);
  const [ranMs, cpuMs, memoryPeakMb] = [bytes.readDoubleLE(1), bytes.readDoubleLE(9), bytes.readDoubleLE(17)];
  if (!(ranMs >= 0 && cpuMs >= 0 && memoryPeakMb >= 0 && Number.isFinite(ranMs + cpuMs + memoryPeakMb)))
    throw new ProtocolError('The end of a call has numbers that are none.');
  const flag = bytes[0] ?? 0;
  const end = { waited: (flag & flags.waited) !== 0, ranMs, cpuMs, memoryPeakMb };
  return (flag & flags.unbegun) === 0 ? { ...end, result: bytes.subarray(headBytes) } : end;
}

/** To a runtime: begin no more of them. */
export const recallMessage: Buffer = laneMessage(laneKinds.recall, Buffer.alloc(0));

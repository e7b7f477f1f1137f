import { decode } from '../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../protocol/framing/encode.ts';
import { fieldsOrNone } from '../fields.ts';
import type { ProtocolRange } from '../protocol-version.ts';

/** Largest beat, bytes. */
export const beatBytesMax = 65_536;

/** What a host says every half second. */
export interface Beat {
  /** Of the process that speaks. */
  readonly process: string;
  readonly protocol: ProtocolRange;
  /** It goes, and need not be waited for. */
  readonly gone: boolean;
  /** Revision of its record in the bucket, as it wrote it last; 0 where it has written none, or does not say. */
  readonly record: number;
  /** What other rooms say along with it, by name. */
  readonly parts: Readonly<Record<string, Uint8Array>>;
}

/** Throws where it is larger than {@link beatBytesMax}. */
export function encodeBeat(beat: Beat): Uint8Array {
  const { process, protocol, gone, record, parts } = beat;
  const data = encodeFrameWhole({ process, protocol, gone, record, parts }).subarray(4);
  if (data.length > beatBytesMax)
    throw new Error(`What this host would say of itself is ${data.length} bytes; the limit is ${beatBytesMax}.`);
  return data;
}

/** Undefined where it is nothing that a host says. */
export function decodeBeat(data: Uint8Array): Beat | undefined {
  if (data.length > beatBytesMax) return undefined;
  try {
    return beatIn(decode(Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
  } catch {
    return undefined;
  }
}

function beatIn(value: unknown): Beat | undefined {
  const { process, protocol, gone, record, parts } = fieldsOrNone(value);
  const { min, max } = fieldsOrNone(protocol);
  if (typeof process !== 'string' || typeof gone !== 'boolean' || typeof min !== 'number' || typeof max !== 'number')
    return undefined;
  const known = Object.entries(fieldsOrNone(parts)).filter(
    (each): each is [string, Uint8Array] => each[1] instanceof Uint8Array,
  );
  const revision = typeof record === 'number' ? record : 0;
  return { process, protocol: { min, max }, gone, record: revision, parts: Object.fromEntries(known) };
}

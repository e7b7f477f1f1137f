import { decode } from '../../../protocol/framing/decode.ts';
import { encodeFrameWhole } from '../../../protocol/framing/encode.ts';
import { fieldsOf } from '../../fields.ts';

const lengthBytes = 4;

/** Plain data as MessagePack. What is `null` comes out as `undefined`. Throws TypeError and ProtocolError as `encodeFrame` does. */
export function encodeValue(value: unknown): Buffer {
  return encodeFrameWhole({ value }).subarray(lengthBytes);
}

/** The same back; binary values are views of `bytes`. Throws ProtocolError. */
export function decodeValue(bytes: Uint8Array): unknown {
  return fieldsOf(decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)))['value'];
}

import { ProtocolError } from '../../model/errors.ts';
import { tags } from './tags.ts';

/** Units of a text that are made in one piece: a call has only so many arguments. */
const pieceUnits = 8_192;

/** Bytes that are read one after the other. Throws ProtocolError where there are fewer than should be. */
export class BytesIn {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** The tag that comes next, which is not taken yet. */
  peek(): number | undefined {
    while (this.#bytes[this.#at] === tags.padding) this.#at++;
    return this.#bytes[this.#at];
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new ProtocolError('A number in a value that came is too large.');
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A copy. */
  raw(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  /** The text behind its tag; undefined for a tag of something else. */
  string(tag: number): string | undefined {
    if (tag === tags.oneByteString) return fromUnits(this.raw(this.varint()));
    if (tag === tags.utf8String) return new TextDecoder().decode(this.raw(this.varint()));
    if (tag !== tags.twoByteString) return undefined;
    const length = this.varint();
    if (length % 2 === 1) throw new ProtocolError('A text in a value that came has half a character.');
    const { buffer } = this.raw(length);
    return fromUnits(new Uint16Array(buffer));
  }

  bigint(): bigint {
    const head = this.varint();
    const digits = this.raw((head >>> 1) & 0x3fff_ffff);
    let hex = '';
    for (const byte of digits) hex = byte.toString(16).padStart(2, '0') + hex;
    const value = BigInt(`0x0${hex}`);
    return head % 2 === 1 ? -value : value;
  }

  #take(bytes: number): number {
    const start = this.#at;
    if (bytes > this.left) throw new ProtocolError('A value that came ends too early.');
    this.#at += bytes;
    return start;
  }
}

// No TextDecoder knows Latin-1 or keeps lone surrogates.
function fromUnits(units: Uint8Array | Uint16Array): string {
  let text = '';
  for (let at = 0; at < units.length; at += pieceUnits)
    text += String.fromCharCode(...units.subarray(at, at + pieceUnits));
  return text;
}

/** A message that ends too early, or says a number that is none of ours. Whoever catches it forgets the message. */
export class SummaryFormatError extends Error {
  override readonly name = 'SummaryFormatError';
}

/** Names take six bytes: {@link CallNeeds.code}. */
export const nameBytes = 6;
const high = 2 ** 32;

/** Writes small numbers in few bytes: seven bits in each, the lowest first (LEB128). */
export class ByteWriter {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  /** An integer from 0 to 2^53 - 1. */
  number(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** 48 bits. */
  name(value: number): void {
    this.#room(nameBytes);
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(this.#length, value % high);
    view.setUint16(this.#length + 4, Math.floor(value / high));
    this.#length += nameBytes;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.number(bytes.length);
    this.bytes(bytes);
  }

  /** A part that says how long it is, so that whoever does not know it can go on behind it. */
  section(tag: number, write: (to: ByteWriter) => void): void {
    const inner = new ByteWriter();
    write(inner);
    this.number(tag);
    const bytes = inner.take();
    this.number(bytes.length);
    this.bytes(bytes);
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what {@link ByteWriter} has written. Throws SummaryFormatError where there is nothing like it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new SummaryFormatError('A number of a summary ends too early.');
      value += (byte & 127) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new SummaryFormatError('A number of a summary is too large.');
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  name(): number {
    if (this.#at + nameBytes > this.#bytes.length) throw new SummaryFormatError('A name of a summary ends too early.');
    const value = this.#view.getUint32(this.#at) + this.#view.getUint16(this.#at + 4) * high;
    this.#at += nameBytes;
    return value;
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new SummaryFormatError('A part of a summary ends too early.');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  text(): string {
    return Buffer.from(this.bytes(this.number())).toString();
  }
}

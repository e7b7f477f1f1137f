import { tags } from './tags.ts';

const firstBytes = 256;
/** Strings longer than this are not looked at as one piece of arguments. */
const shortUnits = 64;

/** Bytes that are written one after the other. */
export class BytesOut {
  #bytes = new Uint8Array(firstBytes);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** What was written; nothing can be written afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** With its tag: in one byte each where all units fit, else in two. */
  string(text: string): void {
    if (isOneByte(text)) this.#oneByte(text);
    else this.#twoByte(text);
  }

  /** Its sign and length in bytes, and its digits, in words of 64 bits. */
  bigint(value: bigint): void {
    let rest = value < 0n ? -value : value;
    const words: bigint[] = [];
    for (; rest > 0n; rest >>= 64n) words.push(BigInt.asUintN(64, rest));
    this.varint(words.length * 16 + (value < 0n ? 1 : 0));
    this.#reserve(words.length * 8);
    for (const word of words) {
      this.#view.setBigUint64(this.#at, word, true);
      this.#at += 8;
    }
  }

  #oneByte(text: string): void {
    this.byte(tags.oneByteString);
    this.varint(text.length);
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index++) this.#bytes[this.#at++] = text.charCodeAt(index);
  }

  #twoByte(text: string): void {
    const length = text.length * 2;
    // Its characters begin at an even place.
    if ((this.#at + 1 + varintBytes(length)) % 2 === 1) this.byte(tags.padding);
    this.byte(tags.twoByteString);
    this.varint(length);
    this.#reserve(length);
    for (let index = 0; index < text.length; index++, this.#at += 2)
      this.#view.setUint16(this.#at, text.charCodeAt(index), true);
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function isOneByte(text: string): boolean {
  // The pattern's engine looks at long texts faster than a loop; short ones are not worth its start.
  if (text.length > shortUnits) return !/[^\0-\xff]/.test(text);
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return false;
  return true;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

import { hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;

/**
 * HMAC-SHA256 with one key, again and again (RFC 2104): the two blocks that the key makes are kept, and each signature is
 * two one-shot hashes, which take a third of the time of a `createHmac` (0.6 against 1.8 µs). Digests pass as `binary`
 * text, a character a byte, because Node makes a Buffer slower than it hashes.
 */
export class SigningKey {
  /** The inner block, and room for the text. */
  #inner: Buffer;
  /** The outer block, and room for the inner digest. */
  readonly #outer: Buffer;

  /** `key`: at most 64 bytes; longer ones would have to be hashed first, and none here is. Throws RangeError. */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes)
      throw new RangeError(`A signing key has ${key.length} bytes; at most ${blockBytes} are taken.`);
    this.#inner = Buffer.alloc(blockBytes + 512);
    this.#outer = Buffer.alloc(blockBytes + digestBytes);
    for (let at = 0; at < blockBytes; at++) {
      const byte = key[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** The HMAC of a text's UTF-8 bytes. */
  sign(text: string): Buffer {
    const bytesMax = blockBytes + text.length * 3;
    if (bytesMax > this.#inner.length) this.#inner = Buffer.concat([this.#inner], bytesMax);
    const end = blockBytes + this.#inner.write(text, blockBytes, 'utf8');
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'binary'), blockBytes, 'binary');
    return Buffer.from(hash('sha256', this.#outer, 'binary'), 'binary');
  }
}

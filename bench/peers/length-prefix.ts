/** u32 little-endian length, then the body: the barest framing there is. */
export function frame(body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + body.length);
  bytes.writeUInt32LE(body.length, 0);
  body.copy(bytes, 4);
  return bytes;
}

/** Takes what a socket delivers apart into bodies again. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);
  readonly #deliver: (body: Buffer) => void;
  constructor(deliver: (body: Buffer) => void) {
    this.#deliver = deliver;
  }
  push(part: Buffer): void {
    this.#rest = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readUInt32LE(0);
      if (this.#rest.length < end) return;
      const body = this.#rest.subarray(4, end);
      this.#rest = this.#rest.subarray(end);
      this.#deliver(body);
    }
  }
}

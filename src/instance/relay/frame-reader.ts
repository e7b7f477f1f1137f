import { ProtocolError } from '../../model/errors.ts';
import { relayFrame, relayHeadBytes, relayPieceBytes, relayWordBytes } from '../../protocol/relay.ts';

/** What of a frame is not its payload. */
export interface RelayHead {
  readonly type: number;
  readonly id: number;
}

/** Where a reader stands: what has come of the next frame. */
export interface RelayPlace {
  readonly unread: Buffer;
  readonly data: RelayHead | undefined;
  readonly dataLeft: number;
}

/**
 * Cuts what a relay says into frames. Data of a connection is passed on as it comes, in as many pieces as that takes; of all other
 * frames the payload is whole. Throws ProtocolError for what no relay says.
 */
export class RelayFrameReader {
  readonly #onFrame: (head: RelayHead, payload: Buffer) => void;
  #unread: Buffer = Buffer.alloc(0);
  #data: RelayHead | undefined;
  #dataLeft = 0;

  constructor(onFrame: (head: RelayHead, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Where it stands in what it reads. */
  get place(): RelayPlace {
    return { unread: Buffer.from(this.#unread), data: this.#data, dataLeft: this.#dataLeft };
  }

  /** Goes on where another one stood. */
  goOnAt({ unread, data, dataLeft }: RelayPlace): void {
    this.#unread = unread;
    this.#data = data;
    this.#dataLeft = dataLeft;
  }

  /** Takes the next bytes; they must not be changed later. */
  push(chunk: Buffer): void {
    let bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (;;) {
      if (this.#data !== undefined) bytes = this.#passOn(this.#data, bytes);
      if (bytes.length < relayHeadBytes) break;
      const length = bytes.readUInt32LE(0) - 5;
      const head = { type: bytes.readUInt8(4), id: bytes.readUInt32LE(5) };
      // What is kept until it is whole is short: it might come byte by byte.
      const most = head.type === relayFrame.data ? relayPieceBytes : relayWordBytes;
      if (length < 0 || length > most)
        throw new ProtocolError(`The relay sent a frame of ${length} bytes; at most ${most} are allowed.`);
      if (head.type === relayFrame.data && length > 0) {
        [this.#data, this.#dataLeft] = [head, length];
        bytes = bytes.subarray(relayHeadBytes);
        continue;
      }
      if (bytes.length < relayHeadBytes + length) break;
      this.#onFrame(head, bytes.subarray(relayHeadBytes, relayHeadBytes + length));
      bytes = bytes.subarray(relayHeadBytes + length);
    }
    this.#unread = bytes;
  }

  #passOn(head: RelayHead, bytes: Buffer): Buffer {
    const piece = bytes.subarray(0, this.#dataLeft);
    this.#dataLeft -= piece.length;
    if (this.#dataLeft === 0) this.#data = undefined;
    if (piece.length > 0) this.#onFrame(head, piece);
    return bytes.subarray(piece.length);
  }
}

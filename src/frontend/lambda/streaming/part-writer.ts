import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** Pieces that are smaller together are copied into one: less is left behind by that than by writing each. */
const joinedBytesMax = 16_384;
const lineEnd = Buffer.from('\r\n');

/**
 * Writes the body of an HTTP answer part by part, each when the client has taken those before it.
 *
 * Where the body goes in chunks, each part is one, framed here: node:http makes one of every piece, with three writes each, and clients hear of each. To
 * be made when the head was written; nobody else writes then.
 */
export class PartWriter {
  readonly #response: ServerResponse;
  readonly #chunked: boolean;
  /** It goes into a container: what counts as written there is with the relay, which may send it later, and not with the kernel. */
  readonly #copies: boolean;
  /** Somebody waits for the client to go, or for room. Not `once`: it makes promises and listeners for each part. */
  #gone: (() => void) | undefined;
  #room: (() => void) | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#chunked = response.chunkedEncoding;
    this.#copies = !(response.socket instanceof Socket);
    response.chunkedEncoding = false;
    response.on('close', () => this.#gone?.());
    response.on('drain', () => this.#room?.());
    // Told by `close`, too.
    response.on('error', () => undefined);
  }

  /** Writes a part. Resolves when its pieces may be overwritten, and there is room for more; `false` where nobody reads it any longer. */
  async write(...pieces: readonly Uint8Array[]): Promise<boolean> {
    const response = this.#response;
    if (response.destroyed) return false;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (bytes === 0) return true;
    const framed = this.#chunked ? [Buffer.from(`${bytes.toString(16)}\r\n`, 'latin1'), ...pieces, lineEnd] : pieces;
    // What is copied is ours: small parts need not wait for one another.
    if (bytes > joinedBytesMax && !this.#copies) await this.#written(joinedSmall(framed));
    else if (!response.write(Buffer.concat(framed))) await this.#drained();
    return !response.destroyed;
  }

  /** Says that this was all. */
  end(): void {
    this.#response.chunkedEncoding = this.#chunked;
    this.#response.end();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => (this.#room = this.#gone = resolve));
  }

  /** They leave together, as node:http holds a socket back until the end of the turn. With its own `cork`, `drain` may never come. */
  #written(pieces: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve) => {
      // Not at `drain`, which may be that of a part before: what is overwritten has to be with the kernel, or nobody's.
      this.#gone = resolve;
      pieces.forEach((piece, at) =>
        this.#response.write(piece, at === pieces.length - 1 ? () => resolve() : undefined),
      );
    });
  }
}

/** Small pieces that follow one another as one, so that there is less to write. */
function joinedSmall(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flush = (): void => {
    if (small.length > 0) joined.push(small.length === 1 && small[0] !== undefined ? small[0] : Buffer.concat(small));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length <= joinedBytesMax) {
      small.push(piece);
      continue;
    }
    flush();
    joined.push(piece);
  }
  flush();
  return joined;
}

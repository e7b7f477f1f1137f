import { ObjectError } from '../../../../objects/errors.ts';
import type { ChunkSigner } from './chunk-signer.ts';

/** Headers that come behind a body; names in lower case. */
export type Trailers = Readonly<Record<string, string>>;

/** How chunks are to be read. */
export interface ChunkedParts {
  /** Where each is signed. */
  readonly signer: ChunkSigner | undefined;
  readonly wantsTrailer: boolean;
  /** Filled in at the end. */
  readonly trailers: Record<string, string>;
}

/** A chunk's first line: its size and its signature; and one trailer. */
const lineBytesMax = 1_024;
const trailersMax = 16;
const chunkBytesMax = 1_073_741_824;

/** The bytes of a body in `aws-chunked` encoding. Throws IncompleteBody, InvalidRequest, SignatureDoesNotMatch. */
export async function* decodedChunks(
  source: AsyncIterable<Buffer>,
  { signer, wantsTrailer, trailers }: ChunkedParts,
): AsyncGenerator<Uint8Array, void> {
  const reader = new LineReader(source);
  for (;;) {
    const { bytes, signature } = chunkHead(await reader.line());
    for (let left = bytes; left > 0;) {
      const data = await reader.some(left);
      left -= data.length;
      signer?.update(data);
      yield data;
    }
    signer?.check(signature);
    if (bytes === 0) break;
    if ((await reader.line()) !== '') throw malformed('a chunk is longer than it says');
  }
  if (wantsTrailer) await readTrailers(reader, signer, trailers);
  await reader.rest();
}

function chunkHead(line: string): { readonly bytes: number; readonly signature: string | undefined } {
  const [, size = '', signature] = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
  const bytes = Number.parseInt(size, 16);
  if (!(bytes <= chunkBytesMax)) throw malformed('a chunk begins with no size');
  return { bytes, signature };
}

async function readTrailers(
  reader: LineReader,
  signer: ChunkSigner | undefined,
  trailers: Record<string, string>,
): Promise<void> {
  let signed = '';
  let signature: string | undefined;
  for (let count = 0; ; count++) {
    const line = await reader.line(true);
    if (line === '') break;
    if (count > trailersMax) throw malformed(`it has more than ${trailersMax} trailers`);
    const at = line.indexOf(':');
    const [name, value] = [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    if (at < 1) throw malformed('a trailer is none');
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      break;
    }
    signed += `${name}:${value}\n`;
    trailers[name] = value;
  }
  signer?.checkTrailers(signed, signature);
}

/** Lines and bytes of what comes in pieces. */
class LineReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Without its end. `orEnd`: the end of all is one, too. */
  async line(orEnd = false): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf('\n');
      if (at !== -1) {
        const line = this.#held.toString('latin1', 0, at).replace(/\r$/, '');
        this.#held = this.#held.subarray(at + 1);
        return line;
      }
      if (this.#held.length > lineBytesMax) throw malformed('a line is too long');
      const more = await this.#more();
      if (more === undefined) {
        if (orEnd) return this.#take(this.#held.length).toString('latin1');
        throw ended();
      }
      this.#held = Buffer.concat([this.#held, more]);
    }
  }

  /** So many bytes at most, and one at least. */
  async some(max: number): Promise<Buffer> {
    if (this.#held.length === 0) {
      const more = await this.#more();
      if (more === undefined) throw ended();
      this.#held = more;
    }
    return this.#take(max);
  }

  /** Reads to the end, where hardly anything may be left. */
  async rest(): Promise<void> {
    let bytes = this.#held.length;
    for (let more = await this.#more(); more !== undefined; more = await this.#more()) bytes += more.length;
    if (bytes > lineBytesMax) throw malformed('there is something behind its end');
  }

  async #more(): Promise<Buffer | undefined> {
    const { done, value } = await this.#source.next();
    return done === true ? undefined : value;
  }

  #take(max: number): Buffer {
    const taken = this.#held.subarray(0, max);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }
}

function malformed(why: string): ObjectError {
  return new ObjectError('InvalidRequest', `The body is not encoded as aws-chunked: ${why}.`);
}

function ended(): ObjectError {
  return new ObjectError('IncompleteBody', 'The body ended within a chunk.');
}

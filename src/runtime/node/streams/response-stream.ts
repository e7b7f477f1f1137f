import { Writable } from 'node:stream';
import { RuntimeFault } from '../errors/errors.ts';
import type { AnswerOut } from './answer-out.ts';

const { stringify } = JSON;
const { concat, from } = Buffer;

type Written = (error?: Error | null) => void;

/**
 * What a streaming handler writes its answer to. A stream of bytes, whose `write` gives false while the answer's taker is behind; as with
 * AWS's, what is neither text nor bytes may be written, and becomes JSON.
 *
 * In this room, it writes to an `AnswerOut`: `streamed-answer.ts` sends what comes as far as the host has room, `collected-answer.ts` keeps it for a
 * caller who wants it whole.
 */
export class ResponseStream extends Writable {
  readonly #out: AnswerOut;
  #contentType = 'application/octet-stream';
  #written = false;
  /** Of AWS's runtime, and used by libraries: called once, with a function that writes, before the first chunk. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => void) => void) | undefined;
  /** Why nobody reads it any more. */
  #left: Error | undefined;

  constructor(out: AnswerOut, highWaterMark?: number) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.#out = out;
  }

  get contentType(): string {
    return this.#contentType;
  }

  /** Its caller has gone: code that writes finds it destroyed, with this. */
  get left(): Error | undefined {
    return this.#left;
  }

  /** Throws `Runtime.InvalidStreamingOperation` once something was written. */
  setContentType(contentType: string): void {
    if (this.#written) throw new RuntimeFault('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  /** Its caller has gone. */
  leave(): void {
    if (this.destroyed || this.writableFinished) return;
    this.#left = Object.assign(new Error('The caller has gone, and reads no more of this answer.'), {
      code: 'ECONNRESET',
    });
    this.destroy(this.#left);
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Written, written?: Written): boolean {
    const [name, done] = typeof encoding === 'function' ? [undefined, encoding] : [encoding, written];
    if (this.#written || this._onBeforeFirstWrite === undefined) return this.#write(chunk, name, done);
    // One message for what belongs together.
    this.cork();
    this.#prelude();
    const more = this.#write(chunk, name, done);
    this.uncork();
    return more;
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | (() => void), ended?: () => void): this {
    if (typeof chunk === 'function') return super.end(chunk);
    const [name, done] = typeof encoding === 'function' ? [undefined, encoding] : [encoding, ended];
    if (chunk !== undefined && chunk !== null) this.write(chunk, name);
    else if (!this.writableEnded && this._onBeforeFirstWrite !== undefined) {
      // Until `end` itself uncorks it.
      this.cork();
      this.#prelude();
    }
    return super.end(done);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Written): void {
    this.#out.write(chunk, this.#contentType, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Written): void {
    const all = chunks.map(({ chunk }) => chunk);
    this.#out.write(all.length === 1 && all[0] !== undefined ? all[0] : concat(all), this.#contentType, done);
  }

  override _destroy(error: Error | null, done: Written): void {
    this.#out.drop();
    done(error);
  }

  #prelude(): void {
    const before = this._onBeforeFirstWrite;
    this._onBeforeFirstWrite = undefined;
    before?.((chunk) => void this.#write(chunk, 'utf8'));
  }

  #write(chunk: unknown, encoding: BufferEncoding | undefined, done?: Written): boolean {
    this.#written = true;
    return super.write(bytesOf(chunk, encoding), done);
  }
}

function bytesOf(chunk: unknown, encoding: BufferEncoding | undefined): Uint8Array {
  if (typeof chunk === 'string') return from(chunk, encoding);
  return chunk instanceof Uint8Array ? chunk : from(stringify(chunk));
}

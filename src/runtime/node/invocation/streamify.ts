import { Writable } from 'node:stream';
import { limits } from '../../../model/limits.ts';
import { RuntimeFault } from '../errors/errors.ts';

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const delimiterBytes = 8;

/**
 * What a streaming handler writes its answer to. For now the answer is collected and sent whole: `_write` is where
 * real streaming will put its chunks on the wire. Keeps nothing beyond the largest answer that can be sent.
 */
export class ResponseStream extends Writable {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #contentType = 'application/octet-stream';
  /** Of AWS's runtime, and used by libraries: called once, with a function that writes, before the first chunk. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => void) => void) | undefined;

  constructor() {
    super({ objectMode: true });
  }

  /** Bytes written; they are only kept up to `limits.payloadBytesMax`. */
  get bytes(): number {
    return this.#bytes;
  }

  get contentType(): string {
    return this.#contentType;
  }

  /** Throws `Runtime.InvalidStreamingOperation` once something was written. */
  setContentType(contentType: string): void {
    if (this.#bytes > 0) throw new RuntimeFault('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  /** Everything written, in one piece. */
  collected(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  // In object mode, because as with AWS's stream, what is neither text nor bytes may be written, and becomes JSON.
  override _write(chunk: unknown, encoding: BufferEncoding, done: () => void): void {
    const before = this._onBeforeFirstWrite;
    this._onBeforeFirstWrite = undefined;
    before?.((prelude) => this.#keep(toBuffer(prelude, 'utf8')));
    this.#keep(toBuffer(chunk, encoding));
    done();
  }

  #keep(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= limits.payloadBytesMax) this.#chunks.push(chunk);
  }
}

/** Whether a handler was made by `awslambda.streamifyResponse`. Throws `Runtime.MalformedStreamingHandler` as AWS's. */
export function isStreaming(handler: object): boolean {
  const mark: unknown = Reflect.get(handler, streaming);
  if (mark === undefined || mark === null || mark === false) return false;
  if (mark === 'response') return true;
  throw new RuntimeFault('MalformedStreamingHandler', 'Only response streaming is supported.');
}

/** Gives user code the global `awslambda`. */
export function installAwslambda(): void {
  const awslambda = {
    streamifyResponse: (handler: object): object => {
      Reflect.set(handler, streaming, 'response');
      return handler;
    },
    HttpResponseStream: { from: withPrelude },
  };
  Object.defineProperty(globalThis, 'awslambda', { value: awslambda, writable: true, configurable: true });
}

/** AWS's format `application/vnd.awslambda.http-integration-response`: JSON of status and headers, 8 zero bytes, body. */
function withPrelude(stream: ResponseStream, prelude: unknown): ResponseStream {
  stream.setContentType('application/vnd.awslambda.http-integration-response');
  stream._onBeforeFirstWrite = (write) => {
    write(JSON.stringify(prelude));
    write(new Uint8Array(delimiterBytes));
  };
  return stream;
}

function toBuffer(chunk: unknown, encoding: BufferEncoding): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding);
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(JSON.stringify(chunk));
}

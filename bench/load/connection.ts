import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);

/** Stands for an answer whose function failed, which HTTP calls 200. */
export const functionFailed = 1;

/** Bytes of the complete answer at the start of `bytes`, or 0 if it is not complete yet. */
export function answerLength(bytes: Buffer): number {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return 0;
  // Cheaper than an expression: this is half of what the generator does.
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const at = head.indexOf('\r\ncontent-length:');
  if (at < 0) return bytes.subarray(-lastChunk.length).equals(lastChunk) ? bytes.length : 0;
  const total = end + headEnd.length + Number.parseInt(head.slice(at + 17), 10);
  return bytes.length >= total ? total : 0;
}

/**
 * One keep-alive connection over a raw socket, one request at a time. A client library would cost as much as the servers that
 * are measured. Connects when it first sends, and again after the server closed it.
 */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #rest: Buffer = nothing;
  #answered: ((status: number) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends `request`; `answered` gets the status of the complete answer, {@link functionFailed}, or 0 if the connection broke before. */
  send(request: Buffer, answered: (status: number) => void): void {
    this.#answered = answered;
    this.#socket ??= this.#connect();
    this.#socket.write(request);
  }

  close(): void {
    this.#answered = undefined;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect(this.#port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('data', (part: Buffer) => this.#take(part));
    // `close` follows, and is what counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#finish(0);
    });
    return socket;
  }

  #take(part: Buffer): void {
    this.#rest = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
    if (answerLength(this.#rest) === 0) return;
    const head = this.#rest.toString('latin1', 0, this.#rest.indexOf(headEnd));
    this.#finish(/\r\nx-amz-function-error:/i.test(head) ? functionFailed : Number(head.slice(9, 12)));
  }

  #finish(status: number): void {
    this.#rest = nothing;
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(status);
  }
}

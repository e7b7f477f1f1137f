import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { promisify } from 'node:util';
import { readWaiting } from '../../node/read-waiting.ts';

/** Chunks of 64 KiB that are taken at a time: more than a pipe holds. */
const chunksMax = 32;

/**
 * What a program prints to: Node's own pipes are sockets, which cannot be opened as `/dev/stdout`. Made by `fifos`; give `writer` to one
 * process, then call `started`.
 */
export class Fifo {
  readonly writer: number;
  readonly #reader: number;
  readonly #decoder = new StringDecoder('utf8');
  readonly #onText: (text: string) => void;
  /** Resolves when nobody has it open for writing any more, and all was read. */
  readonly ended: Promise<void>;

  constructor(path: string, onText: (text: string) => void) {
    // In this order: to open the writer first would wait for a reader.
    this.#reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writer = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    this.#onText = onText;
    const stream = new Socket({ fd: this.#reader, readable: true, writable: false });
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    // A pipe that breaks has ended; that is all there is to say about it.
    stream.on('error', () => undefined);
    this.ended = new Promise((resolve) => void stream.once('close', () => resolve()));
  }

  /** The process has it: when that ends, so does this. */
  started(): void {
    closeSync(this.writer);
  }

  /** Takes what was printed until now. Bounded: who prints faster than this reads would keep it for ever. */
  drain(): void {
    for (let chunks = 0; chunks < chunksMax; chunks++) {
      const chunk = readWaiting(this.#reader);
      if (chunk === undefined) return;
      this.#take(chunk);
    }
  }

  #take(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    if (text !== '') this.#onText(text);
  }
}

/** Makes so many FIFOs, by one program, as Node makes none; gives their paths. */
export async function fifos(count: number): Promise<readonly string[]> {
  const paths = Array.from({ length: count }, () => `/tmp/.heddle-output-${randomUUID()}`);
  if (count > 0) await promisify(execFile)('/usr/bin/mkfifo', ['-m', '600', ...paths]);
  return paths;
}

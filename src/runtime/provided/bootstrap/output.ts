import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { InvocationLog } from '../../node/output/invocation-log.ts';
import { readWaiting } from '../../node/read-waiting.ts';

/**
 * What the bootstrap, and whatever it starts, prints. During an invocation it is that one's log; between two it goes where the
 * container's own output goes, and comes out as an entry of its own.
 */
export class BootstrapOutput {
  readonly #fd: number;
  readonly #log: InvocationLog;
  readonly #decoder = new StringDecoder('utf8');
  /** Whether an invocation runs that it belongs to. */
  open = false;
  /** Takes what belongs to none. */
  between: (text: string) => void = (text) => void writeSync(1, text);

  constructor(fd: number, log: InvocationLog) {
    this.#fd = fd;
    this.#log = log;
    const stream = new Socket({ fd, readable: true, writable: false });
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    // A pipe that breaks has ended; that is all there is to say about it.
    stream.on('error', () => undefined);
  }

  /** Takes what was printed until now. Bounded: who prints faster than this reads would keep it for ever. */
  drain(): void {
    for (let chunks = 0; chunks < chunksMax; chunks++) {
      const chunk = readWaiting(this.#fd);
      if (chunk === undefined) return;
      this.#take(chunk);
    }
  }

  #take(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    if (this.open) this.#log.write(text);
    else this.between(text);
  }
}

/** Chunks of 64 KiB: more than a pipe holds, and than an invocation may print. */
const chunksMax = 32;

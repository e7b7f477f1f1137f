import fs from 'node:fs';
import { isErrorCode } from '../errors/errors.ts';

const { writeSync } = fs;
const { wait } = Atomics;
const pauseMsMin = 0.05;
const pauseMsMax = 5;

/**
 * Writes to the data channel's file descriptor, around the stream that reads from it. When `write` returns, every byte
 * is with the kernel: user code that runs next may loop for ever or end the process, and nothing is lost. While the
 * host does not read, `write` blocks, as a write to any full pipe does; so what waits unsent never grows.
 */
export class SyncWriter {
  readonly #fd: number;
  readonly #onBroken: () => void;
  readonly #sleeper: Int32Array = new Int32Array(new SharedArrayBuffer(4));

  /** `onBroken` is called when the host has gone; what is written then is lost. */
  constructor(fd: number, onBroken: () => void) {
    this.#fd = fd;
    this.#onBroken = onBroken;
  }

  write(parts: readonly Buffer[]): void {
    for (const part of parts) this.#writeWhole(part);
  }

  #writeWhole(part: Buffer): void {
    let pauseMs = pauseMsMin;
    for (let at = 0; at < part.length;) {
      const written = this.#tryWrite(part, at);
      if (written < 0) return;
      at += written;
      if (written > 0) {
        pauseMs = pauseMsMin;
      } else {
        wait(this.#sleeper, 0, 0, pauseMs);
        pauseMs = Math.min(pauseMs * 2, pauseMsMax);
      }
    }
  }

  /** Bytes written; 0 where there is no room now, -1 where there never will be. */
  #tryWrite(part: Buffer, at: number): number {
    try {
      return writeSync(this.#fd, part, at, part.length - at);
    } catch (error) {
      // The descriptor is non-blocking, because libuv reads from it.
      if (isErrorCode(error, 'EAGAIN')) return 0;
      this.#onBroken();
      return -1;
    }
  }
}

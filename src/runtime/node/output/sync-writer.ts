import fs from 'node:fs';
import { isErrorCode } from '../errors/errors.ts';

const { writeSync, writevSync } = fs;
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

  /** Parts that follow one another leave with one system call, as far as there is room. */
  write(parts: readonly Buffer[]): void {
    let written = parts.length > 1 ? this.#try(() => writevSync(this.#fd, parts)) : 0;
    if (written < 0) return;
    for (const part of parts) {
      if (written < part.length) this.#writeWhole(part, written);
      written = Math.max(0, written - part.length);
    }
  }

  #writeWhole(part: Buffer, from: number): void {
    let pauseMs = pauseMsMin;
    for (let at = from; at < part.length;) {
      const written = this.#try(() => writeSync(this.#fd, part, at, part.length - at));
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
  #try(write: () => number): number {
    try {
      return write();
    } catch (error) {
      // The descriptor is non-blocking, because libuv reads from it.
      if (isErrorCode(error, 'EAGAIN')) return 0;
      this.#onBroken();
      return -1;
    }
  }
}

import { Duplex } from 'node:stream';
import type { CarriedConnection } from '../../../src/model/network.ts';

/**
 * A connection out of a container that can be unplugged: from then on nothing comes through either way, and neither side is told. So it is where an instance
 * goes on elsewhere, where nobody knows its connections, and where the other side has forgotten them.
 */
export class Cable extends Duplex implements CarriedConnection {
  onParting: (() => boolean) | undefined;
  readonly #inner: CarriedConnection;
  #unplugged = false;

  constructor(inner: CarriedConnection) {
    super({ allowHalfOpen: true });
    this.#inner = inner;
    inner.on('data', (chunk: Buffer) => {
      if (!this.#unplugged) this.push(chunk);
    });
    inner.on('end', () => {
      if (!this.#unplugged) this.push(null);
    });
    inner.on('close', () => {
      if (!this.#unplugged) this.destroy();
    });
    inner.onParting = () => !this.#unplugged && this.onParting?.() === true;
    this.on('error', () => undefined);
  }

  get bytesRead(): number {
    return this.#inner.bytesRead;
  }

  get bytesWritten(): number {
    return this.#inner.bytesWritten;
  }

  unplug(): void {
    this.#unplugged = true;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#unplugged) done();
    else this.#inner.write(chunk, done);
  }

  override _final(done: () => void): void {
    if (!this.#unplugged) this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#unplugged) this.#inner.destroy();
    done(error);
  }
}

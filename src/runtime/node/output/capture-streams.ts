import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { InvocationLog } from './invocation-log.ts';

/** Stands in for `process.stdout` and `process.stderr`; never full, never closed. */
class LogStream extends Writable {
  readonly fd: number;
  readonly #log: InvocationLog;
  /** Characters may be split over two buffers. */
  readonly #decoder: StringDecoder = new StringDecoder('utf8');

  constructor(fd: number, log: InvocationLog) {
    super({ decodeStrings: false, emitClose: false });
    this.fd = fd;
    this.#log = log;
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.#log.write(typeof chunk === 'string' ? chunk : this.#decoder.write(chunk), this.fd === 2);
    done();
  }

  /** As with Node's own: the process always has an output. */
  override destroy(): this {
    return this;
  }
}

/**
 * Sends what is written to `process.stdout` and `process.stderr`, and Node's warnings, to the log as it is. Output that
 * goes around them (child processes, native code, `fs.writeSync(1, …)`) goes to the agent's pipe instead; see `RawOutput`.
 */
export function captureStreams(log: InvocationLog): void {
  captureStream('stdout', 1, log);
  captureStream('stderr', 2, log);
  // Node's own listener writes to file descriptor 2 behind our back.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    const { name, message } = warning;
    const code = 'code' in warning ? `[${String(warning.code)}] ` : '';
    log.write(`(node:${process.pid}) ${code}${name}: ${message}\n`, true);
  });
}

function captureStream(name: 'stdout' | 'stderr', fd: number, log: InvocationLog): void {
  let stream: LogStream | undefined;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    // Made when first asked for: most functions only use `console`.
    get: () => (stream ??= new LogStream(fd, log)),
  });
}

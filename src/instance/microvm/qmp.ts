import type { Duplex } from 'node:stream';

/** A line longer than this is not from a QEMU in its right mind. */
const lineBytesMax = 1_048_576; // 1 MiB

/** A message of QEMU: an answer (`return` or `error`), or an event. */
type QmpMessage = Readonly<Record<string, unknown>>;

/** Something that happened in QEMU. */
export interface QmpEvent {
  readonly name: string;
  readonly data: QmpMessage;
  /** When it happened, milliseconds since the Unix epoch. */
  readonly wallMs: number;
}

/** Given nothing when QEMU ends. */
type Listener = (event: QmpEvent | undefined) => void;

/**
 * QEMU's control channel: JSON lines, answers in the order of the commands
 * (docs/interop/qmp-spec.rst of QEMU). What is malformed ends the channel.
 */
export class Qmp {
  readonly #stream: Duplex;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void; what: string }[] = [];
  readonly #listeners = new Set<Listener>();
  #unread = '';
  #failed: Error | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#receive(text));
    stream.on('close', () => this.#fail(new Error('QEMU closed its control channel.')));
    // Capabilities are negotiated before anything else; commands may follow without waiting.
    void this.execute('qmp_capabilities').catch(() => undefined);
  }

  /** Gives what the command returned. Throws if QEMU refuses it, or ends before it answers. */
  execute(command: string, args?: object): Promise<unknown> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ resolve, reject, what: command });
    this.#stream.write(
      `${JSON.stringify(args === undefined ? { execute: command } : { execute: command, arguments: args })}\n`,
    );
    return promise;
  }

  /** Resolves with the first event for which `wanted` gives something other than undefined. Throws if QEMU ends before. */
  event<Result>(wanted: (event: QmpEvent) => Result | undefined): Promise<Result> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const listener: Listener = (event) => {
      const result = event === undefined ? undefined : wanted(event);
      if (result === undefined && event !== undefined) return;
      this.#listeners.delete(listener);
      if (result === undefined) reject(this.#failed ?? new Error('QEMU ended.'));
      else resolve(result);
    };
    this.#listeners.add(listener);
    return promise;
  }

  #receive(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#unread.length > lineBytesMax) this.#fail(new Error('QEMU sent a line without end.'));
  }

  #take(line: string): void {
    const message = parse(line);
    if (message === undefined) this.#fail(new Error(`QEMU sent what is not a message: ${line.slice(0, 200)}`));
    else if (typeof message['event'] === 'string') this.#listeners.forEach((listener) => listener(eventOf(message)));
    else if ('return' in message || 'error' in message) this.#answer(message);
  }

  #answer(message: QmpMessage): void {
    const first = this.#waiting.shift();
    if ('return' in message) first?.resolve(message['return']);
    else first?.reject(new Error(`QEMU refused ${first.what}: ${JSON.stringify(message['error'])}`));
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    this.#stream.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#listeners.forEach((listener) => listener(undefined));
  }
}

function eventOf({ event, data, timestamp }: QmpMessage): QmpEvent {
  const { seconds, microseconds } = isMessage(timestamp) ? timestamp : {};
  const wallMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return { name: String(event), data: isMessage(data) ? data : {}, wallMs };
}

function parse(line: string): QmpMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is QmpMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

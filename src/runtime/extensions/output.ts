import { writeSync } from 'node:fs';
import type { InvocationLog } from '../node/output/invocation-log.ts';
import { Lines } from './telemetry/lines.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** What an invocation's log takes; see `InvocationLog`. */
type Log = Pick<InvocationLog, 'open' | 'close' | 'write'>;

/**
 * What runtime and extensions print: to the function's log, and to whoever has subscribed. During an invocation it is that one's log, what comes
 * before the first is in the first one's; between two it goes where the container's own output goes, and comes out as late.
 */
export class SupervisedOutput {
  readonly #log: Log;
  readonly #telemetry: Telemetry;
  readonly #function: Lines;
  readonly #extensions = new Map<string, Lines>();
  #between = false;

  constructor(log: Log, telemetry: Telemetry) {
    this.#log = log;
    this.#telemetry = telemetry;
    this.#function = new Lines((line) => telemetry.line('function', line));
  }

  /** An invocation begins; what it says goes to its log from now on. */
  open(): void {
    this.#between = false;
    this.#log.open();
  }

  /** It is about to have its answer. */
  close(): void {
    this.#function.end();
    this.#between = true;
    this.#log.close();
  }

  /** What the runtime itself has passed to the log already. `whole`: one call of the function's `console`, or the like, whatever its lines. */
  logged(text: string, whole: boolean): void {
    if (whole) this.#function.pushWhole(text);
    else this.#function.push(text);
  }

  /** What the function printed past its runtime. */
  printed(text: string): void {
    this.#function.push(text);
    this.#write(text);
  }

  /** What an extension printed. */
  extension(name: string, text: string): void {
    let lines = this.#extensions.get(name);
    if (lines === undefined) {
      lines = new Lines((line) => this.#telemetry.line('extension', line));
      this.#extensions.set(name, lines);
    }
    lines.push(text);
    this.#write(text);
  }

  /** A line of the platform's. */
  note(line: string): void {
    this.#write(`${line}\n`);
  }

  /** Nothing will be printed any more. */
  end(): void {
    for (const lines of [this.#function, ...this.#extensions.values()]) lines.end();
  }

  #write(text: string): void {
    if (this.#between) writeSync(1, text);
    else this.#log.write(text);
  }
}

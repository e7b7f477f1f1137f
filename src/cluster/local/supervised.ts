import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { AddedLines } from './added-lines.ts';

/** How to start a process of a local cluster. */
export interface Start {
  /** What errors call it, such as `nats-server of host-2`. */
  readonly name: string;
  readonly command: readonly string[];
  /** What it prints is added here. */
  readonly logFile: string;
  /** Which of its outputs says that it can be used, and the line for that. */
  readonly saysReady: { readonly on: 'stdout' | 'stderr'; readonly line: RegExp };
  readonly environment?: Readonly<Record<string, string>>;
  /** Told each line of its other output, too. */
  readonly onLine?: (line: string) => void;
}

/** How long one may take to end that was asked to, before it is killed, ms. */
const stopMsMax = 30_000;

/** Of a log, shown with an error. */
const linesShown = 5;

/** One ended that should have become ready; `how` it ended, such as `code 1`. */
export class EndedEarlyError extends Error {
  override readonly name = 'EndedEarlyError';
  readonly how: string;

  constructor(message: string, how: string) {
    super(message);
    this.how = how;
  }
}

/** A process that ends with this one, whatever this one dies of. */
export class Supervised {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the words for how it ended. */
  readonly ended: Promise<string>;
  readonly #logFile: string;
  readonly #child: ChildProcess;
  readonly #said: Promise<void>;
  #over: string | undefined;
  #stopped = false;

  private constructor(start: Start, child: ChildProcess, pid: number) {
    this.name = start.name;
    this.pid = pid;
    this.#logFile = start.logFile;
    this.#child = child;
    this.#said = this.#untilSaid(start);
    this.ended = once(child, 'exit').then(
      ([code, signal]) => (this.#over = signal === null ? `code ${code}` : String(signal)),
    );
  }

  /** Throws where it cannot be started. Anything that it says later is in the log. */
  static async start(start: Start): Promise<Supervised> {
    const log = openSync(start.logFile, 'a', 0o600);
    try {
      // The kernel tells it when this process is gone. The commands in between become the next one: it has the same id.
      const [program, ...args] = ['setpriv', '--pdeathsig', 'TERM', '--', ...start.command];
      const child = spawn(program, args, {
        stdio: ['ignore', isRead('stdout', start) ? 'pipe' : log, isRead('stderr', start) ? 'pipe' : log],
        env: { ...process.env, ...start.environment },
        // Ctrl-C is this process's to pass on.
        detached: true,
      });
      await once(child, 'spawn');
      if (child.pid === undefined) throw new Error(`${start.name} has no process.`);
      return new Supervised(start, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  /** Reads what it says for as long as it says something: it must never wait for a reader. */
  #untilSaid(start: Start): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { saysReady, onLine } = start;
    const log = new AddedLines(start.logFile);
    for (const output of ['stdout', 'stderr'] as const) {
      const stream = this.#child[output];
      if (!isRead(output, start)) continue;
      if (stream === null) throw new Error(`${this.name} has no ${output}.`);
      createInterface(stream).on('line', (line) => {
        log.add(line);
        if (output !== saysReady.on) onLine?.(line);
        else if (saysReady.line.test(line)) resolve();
      });
    }
    return promise;
  }

  get alive(): boolean {
    return this.#over === undefined;
  }

  /** Resolves when it has said that it can be used. Throws EndedEarlyError where it ends before that, with where its log is, or where `signal` fires. */
  async ready(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const give = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
    try {
      await Promise.race([
        this.#said,
        aborted.promise,
        this.ended.then((how) => {
          const words = `${this.name} ended with ${how} before it was ready. ${this.#logFile} ends with:`;
          throw new EndedEarlyError(`${words}\n${lastLines(this.#logFile)}`, how);
        }),
      ]);
    } finally {
      signal.removeEventListener('abort', give);
    }
  }

  /** Sends it a signal; one that has ended is sent none. */
  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') this.#stopped = signal === 'SIGSTOP';
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Asks it to end, and kills it where it does not. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    // One that stands still would not hear of it.
    if (this.#stopped) this.signal('SIGCONT');
    this.signal('SIGTERM');
    const patience = setTimeout(() => this.signal('SIGKILL'), stopMsMax);
    await this.ended;
    clearTimeout(patience);
  }
}

function isRead(output: 'stdout' | 'stderr', { saysReady, onLine }: Start): boolean {
  return output === saysReady.on || onLine !== undefined;
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-linesShown).join('\n');
}

import { Supervised, type Start } from './supervised.ts';

/** A process of a local cluster that can be killed and started again, as it was. */
export class LocalProcess {
  readonly #start: Start;
  #process: Supervised | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  get name(): string {
    return this.#start.name;
  }

  get logFile(): string {
    return this.#start.logFile;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.alive === true ? this.#process.pid : undefined;
  }

  /** Resolves with how it ended, in words; at once where it does not run. */
  get ended(): Promise<string> {
    return this.#process?.ended ?? Promise.resolve('not started');
  }

  /** Starts it, with flags beside its own where some are given, and waits until it can be used. Throws where it ends before that. */
  async start(
    signal: AbortSignal,
    more: readonly string[] = [],
    environment: Start['environment'] = {},
  ): Promise<void> {
    if (this.pid !== undefined) throw new Error(`${this.name} runs already, as process ${this.pid}.`);
    const start: Start = {
      ...this.#start,
      command: [...this.#start.command, ...more],
      environment: { ...this.#start.environment, ...environment },
    };
    this.#process = await Supervised.start(start);
    await this.#process.ready(signal);
  }

  /** Ends it at once, without a word to it; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** It stands still until {@link resume}: nothing of it runs, and its connections stay. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  /** Asks it to end; resolves when it is gone. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}

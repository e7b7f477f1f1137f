import { spawn, type ChildProcess } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { launcherScript } from './launcher-script.ts';

/** How a bootstrap ended. */
export interface BootstrapExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const statusFd = 3;

/**
 * The process that becomes the bootstrap. Life: `Launcher.prepare`, then `start` once. See `launcher-script.ts`.
 *
 * It has the user id of this process, so it may end this one, and if it tries hard, speak for it: no more than a function in Node
 * may do, whose runtime is one process with it. Whoever is at the other end of the channel trusts neither.
 */
export class Launcher {
  /** What it prints to standard output and error; does not block. */
  readonly outputFd: number;
  /** Resolves when it has ended. */
  readonly exited: Promise<BootstrapExit>;
  readonly #child: ChildProcess;
  readonly #status: Promise<string>;

  private constructor(child: ChildProcess, outputFd: number, status: Promise<string>) {
    this.#child = child;
    this.#status = status;
    this.outputFd = outputFd;
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** `taskRoot`: where the bootstrap is to begin. Rejects if it cannot be had. */
  static async prepare(taskRoot: string): Promise<Launcher> {
    const fifo = `/tmp/.heddle-output-${process.pid}`;
    // Its last words, if it cannot be had, are for whoever reads this process's own.
    const child = spawn('/usr/bin/perl', ['-e', launcherScript, fifo], {
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
      cwd: taskRoot,
      // Whether this machine has the locale that the function is told of is not for its log.
      env: { ...process.env, PERL_BADLANG: '0' },
    });
    const status = child.stdio[statusFd];
    if (!(status instanceof Readable)) throw new Error('The launcher has no status.');
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The launcher of bootstraps ended with ${code}.`)));
      status.once('data', () => resolve());
    });
    child.removeAllListeners('exit');
    return new Launcher(child, openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK), text(status));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Starts the program. Resolves when it runs, or gives the system's number of the error for which it does not. */
  async start(program: string, environment: Readonly<Record<string, string>>): Promise<number | undefined> {
    const words = [program, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
    const input = this.#child.stdin;
    if (!(input instanceof Writable)) throw new Error('The launcher takes no orders.');
    input.on('error', () => undefined);
    input.end(words.map((word) => `${word}\0`).join(''));
    const failed = /^failed (\d+)$/m.exec(await this.#status);
    return failed === null ? undefined : Number(failed[1]);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** Lines of a server's log that are kept, to say why it ended. */
const linesKept = 20;

/** A nats-server that this process started. */
export interface NatsServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended, with its last words. */
  readonly ended: Promise<string>;
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
}

/** How a server is started. */
export interface NatsServerStart {
  /** Path of the program. */
  readonly program: string;
  /** Where its configuration is written, mode 0600. */
  readonly configFile: string;
  readonly config: string;
  /** Told each line that it logs. */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts a nats-server, which ends with the thread that started it whatever becomes of that; gives it once it takes connections, which for several of them is before they have
 * found each other. Throws with its last words where it ends instead. Disposing ends it at once: what it had acknowledged is on its disk.
 */
export async function startNatsProcess(start: NatsServerStart): Promise<NatsServerProcess> {
  await mkdir(dirname(start.configFile), { recursive: true });
  await writeFile(start.configFile, start.config, { mode: 0o600 });
  // util-linux's, which becomes the server: no process of its own.
  const args = ['--pdeathsig', 'KILL', start.program, '--config', start.configFile];
  const child = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > linesKept) lines.shift();
    start.onLine?.(line);
    if (line.includes('Server is ready')) ready.resolve();
  });
  const ended = endOf(child, lines);
  await Promise.race([
    ready.promise,
    ended.then((words) => Promise.reject(new Error(`nats-server did not start: ${words}`))),
  ]);
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess, lines: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(error.message));
  child.once('close', (code, signal) => resolve([`it ended with ${code ?? signal}`, ...lines].join('\n')));
  return await promise;
}

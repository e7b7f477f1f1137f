import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process under test that has said its first line. */
export interface Started extends AsyncDisposable {
  readonly firstLine: string;
  readonly pid: number;
}

/**
 * Starts a Node program, pinned to `cpus` (a `taskset` list such as `0` or `0,1`), and waits for its first line of output.
 * Disposing sends SIGTERM and waits for the end.
 */
export async function startPinned(
  cpus: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const child = spawn('taskset', ['-c', cpus, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const firstLine = await lineOf(child, args);
  return {
    firstLine,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: () => end(child),
  };
}

function lineOf(child: ChildProcess, args: readonly string[]): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('The process has no standard output.');
  return new Promise((resolve, reject) => {
    createInterface(stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`\`${args.join(' ')}\` ended with ${code} before it was ready.`)));
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Runs a Node program, pinned, to its end and gives what it printed. */
export async function runPinned(cpus: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn('taskset', ['-c', cpus, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (code !== 0) throw new Error(`\`${args.join(' ')}\` ended with ${code}.`);
  return printed;
}

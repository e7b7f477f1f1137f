import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process under test that has said its first line. */
export interface Started extends AsyncDisposable {
  readonly firstLine: string;
  readonly pid: number;
  /** What it wrote to standard error so far. */
  log(): string;
}

const logCharactersMax = 4_194_304;
const running = new Set<ChildProcess>();

/** Has {@link endAll} end this one, too. */
export function track(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends everything that was started here and still runs, for a run that is interrupted. */
export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end));
}

function start(cpus: string | undefined, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', ...args];
  const [file = '', ...rest] = cpus === undefined ? command : ['taskset', '-c', cpus, ...command];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  return track(child);
}

function collect(child: ChildProcess): () => string {
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-logCharactersMax)));
  return () => log;
}

/**
 * Starts a Node program, on `cpus` (a `taskset` list such as `0` or `0,1`) or wherever there is room, and waits for its first
 * line of output. Disposing sends SIGTERM and waits for the end.
 */
export async function startPinned(
  cpus: string | undefined,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const child = start(cpus, args, env);
  const log = collect(child);
  const firstLine = await lineOf(child, args, log);
  return { firstLine, pid: child.pid ?? 0, log, [Symbol.asyncDispose]: () => end(child) };
}

function lineOf(child: ChildProcess, args: readonly string[], log: () => string): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('The process has no standard output.');
  return new Promise((resolve, reject) => {
    createInterface(stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`\`${args.join(' ')}\` ended with ${code} before it was ready:\n${log()}`)),
    );
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Runs a Node program to its end and gives what it printed. Throws what it said if it failed or took more than `limitMs`. */
export async function runPinned(
  cpus: string | undefined,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  limitMs = 300_000,
): Promise<string> {
  const child = start(cpus, args, env);
  const log = collect(child);
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const { promise, resolve, reject } = Promise.withResolvers<string | number>();
  child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  child.once('error', reject);
  const deadline = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const ended = await promise;
  clearTimeout(deadline);
  const what = args.map((text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text)).join(' ');
  if (ended !== 0) throw new Error(`\`${what}\` ended with ${ended}:\n${log().slice(-2_000)}`);
  return printed;
}

import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Output kept of a tool, per stream. */
const outputBytesMax = 16_777_216; // 16 MiB

/** What a tool is run with. */
export interface ToolOptions {
  readonly cwd?: string;
  /** Added to the process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to its end and gives its standard output. Throws an Error that says what was run and what it said last
 * if it cannot be started, fails, or `signal` fires (the program is then killed).
 */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(
    program,
    args,
    {
      encoding: 'utf8',
      maxBuffer: outputBytesMax,
      killSignal: 'SIGKILL',
      // Messages are searched and shown to people; a translated one would be neither found nor understood.
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(failure(program, args, error, stderr), { cause: error }));
    },
  );
  const { onLine } = options;
  if (onLine !== undefined && child.stdout !== null) createInterface(child.stdout).on('line', onLine);
  return promise;
}

function failure(program: string, args: readonly string[], error: Error & { code?: unknown }, stderr: string): string {
  if (error.code === 'ENOENT')
    return `The program ${program} was not found; \`heddle doctor\` says which package has it.`;
  const lastWords = stderr.trim().split('\n').slice(-5).join('\n');
  return `\`${program} ${args.slice(0, 6).join(' ')}${args.length > 6 ? ' …' : ''}\` failed: ${lastWords || error.message}`;
}

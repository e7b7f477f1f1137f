import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program to its end, and gives what it printed. Rejects where it cannot be started or fails. */
export async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  return stdout;
}

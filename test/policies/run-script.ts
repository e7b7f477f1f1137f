import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program of this package's users, which finds it as they do; gives what it printed last. */
export async function runScript(script: string, args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(import.meta.dirname, 'script-'));
  try {
    const file = join(folder, 'program.mjs');
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], { timeout: 120_000 });
    return stdout.trim().split('\n').at(-1) ?? '';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

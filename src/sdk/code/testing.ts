import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ThreadCode } from './thread-code.ts';

/** A folder for a test, gone with it. */
export class TestFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'heddle-code-'));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, data] of Object.entries(files)) this.write(name, data);
  }

  /** Writes a file and the folders that it is in; gives its absolute path. */
  write(name: string, data: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Arguments and result are JSON; what is thrown comes back as its stack. */
const program = `
const [entry, name, args] = process.argv.slice(2);
const module = await import(entry);
try {
  const value = await module[name](...JSON.parse(args));
  process.stdout.write(JSON.stringify({ value, exports: Object.keys(module) }));
} catch (error) { process.stdout.write(JSON.stringify({ stack: error.stack })); }`;

/** What a fresh process came to. */
export interface ThreadRun {
  readonly value?: unknown;
  readonly stack?: string;
  readonly exports?: readonly string[];
}

/** Unpacks code into an empty folder and calls one of its exports in a fresh process, as a thread does. */
export async function runCode(code: ThreadCode, name = 'default', args: readonly unknown[] = []): Promise<ThreadRun> {
  using folder = new TestFolder({ 'main.mjs': program });
  for (const file of code.files) folder.write(`task/${file.path}`, file.data);
  const entry = join(folder.path, 'task', code.entry);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--enable-source-maps',
    join(folder.path, 'main.mjs'),
    entry,
    name,
    JSON.stringify(args),
  ]);
  const run: ThreadRun = JSON.parse(stdout);
  return run;
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './tidy/source.ts';

// Everything that looks at the code without running it, all at once. Prints what fails; exit code 1 if something does.

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const checks: readonly Check[] = [
  { name: 'types (tsc)', command: [bin('tsc'), '--pretty', 'false'] },
  { name: 'types of the page (tsc)', command: [bin('tsc'), '--pretty', 'false', '-p', 'src/dashboard'] },
  { name: 'lint (oxlint)', command: [bin('oxlint'), '--quiet'] },
  { name: 'format (oxfmt)', command: [bin('oxfmt'), '--check', '.'] },
  { name: 'unused (knip)', command: [bin('knip'), '--no-progress'] },
  { name: 'house rules (tidy)', command: [process.execPath, 'tools/tidy.ts'] },
];

/** Some tools take CI for a terminal with colours. */
const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : { ...process.env, NO_COLOR: '1' };

/** Runs one check; whether it passed. Its output is printed at once, and only where it failed. */
async function run(check: Check): Promise<boolean> {
  const startedAt = performance.now();
  const [program, ...args] = check.command;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('error', (error) => {
    output.push(Buffer.from(`${error.message}\n`));
    resolve(127);
  });
  child.on('close', (code) => resolve(code ?? 1));
  const passed = (await promise) === 0;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${passed ? '✔' : '✖'} ${check.name} ${seconds} s`);
  if (!passed) console.log(Buffer.concat(output).toString('utf8').trimEnd());
  return passed;
}

const results = await Promise.all(checks.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;

// Starts a service of its own, and shows what a hint and a learned trigger do to the first call of a function. Needs nothing but this file.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const heddle = join(import.meta.dirname, '..', '..', 'heddle');
const home = await mkdtemp(join(tmpdir(), 'heddle-hints-'));
const run = promisify(execFile);

/** Runs a command of `heddle` against the service of this example. */
async function command(...args: readonly string[]): Promise<string> {
  return (await run(heddle, [...args, '--home', home])).stdout;
}

/** A function whose module takes half a second to load. */
async function deploy(name: string): Promise<void> {
  const path = join(home, `${name}.mjs`);
  await writeFile(path, 'await new Promise((r) => setTimeout(r, 500)); export const handler = async () => 1;');
  await command('deploy', path);
}

/** Calls it, and says how long that took and how it started. */
async function call(name: string, what: string): Promise<void> {
  const { startPath, startMs, durationMs } = Object(JSON.parse(await command('invoke', name, '--json')));
  console.log(`${what}: ${startPath}, answered after ${Math.round(startMs + durationMs)} ms`);
}

/** Resolves when something that was prepared waits for its call. */
async function untilPrepared(): Promise<void> {
  for (;;) {
    const { preparations } = Object(JSON.parse(await command('ps', '--json')));
    if (preparations.some(({ ready }: { readonly ready: number }) => ready > 0)) return;
    await wait(100);
  }
}

const driver = process.argv[2] ?? 'auto';
const service = spawn(
  heddle,
  ['up', '--json', '--home', home, '--port', '0', '--log-level', 'error', '--driver', driver],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  await once(createInterface(service.stdout), 'line');
  await deploy('report');
  await call('report', 'First call, nothing said      ');

  await deploy('resize');
  process.stdout.write(await command('hint', 'resize', '--expect', '2', '--within', '1m'));
  await untilPrepared();
  await call('resize', 'First call, after a hint       ');

  for (let n = 1; n <= 3; n += 1) {
    process.stdout.write(await command('triggers', 'notify', 'deploy-started'));
    await wait(1_000);
    await command('invoke', 'report');
  }
  process.stdout.write(`\n${await command('triggers')}`);
} finally {
  service.kill('SIGTERM');
  await once(service, 'exit');
  await rm(home, { recursive: true, force: true });
}

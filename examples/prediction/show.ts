import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

// Three functions that call each other, in a service of its own whose containers end at once: what the first requests find, and what the
// later ones do, when it is known what follows what. Arguments go to `heddle up`, such as --driver host, or --prediction off.

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const home = mkdtempSync(join(tmpdir(), 'heddle-prediction-'));
const requests = 6;

const heddle = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [main, '--home', home, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const endSoon = ['--container-idle', '200ms', '--surplus-idle', '200ms', '--warm', 'nodejs24.x-256=1..2x6'];
const up = [main, 'up', '--json', '--home', home, '--port', '0', '--log-level', 'error', ...endSoon];
const service = spawn(process.execPath, [...up, ...process.argv.slice(2)], { stdio: ['ignore', 'pipe', 'ignore'] });
const ended = once(service, 'exit');
try {
  await Promise.race([
    once(createInterface(service.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('The service did not start; "heddle up" says why.'))),
  ]);
  for (const name of ['tax', 'price', 'checkout']) heddle('deploy', join(import.meta.dirname, `${name}.js`));
  for (let n = 1; n <= requests; n += 1) {
    const started: { function: string; path: string }[] = JSON.parse(heddle('invoke', 'checkout'));
    const paths = started.map(({ function: name, path }) => `${name} ${path}`);
    console.log(`request ${n}: behind checkout started ${paths.join(', ')}`);
    await wait(3_000); // blank containers are made anew meanwhile
  }
  console.log(`\n$ heddle profile checkout\n${heddle('profile', 'checkout')}`);
} finally {
  service.kill('SIGTERM');
  await ended;
  rmSync(home, { recursive: true, force: true });
}

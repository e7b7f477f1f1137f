import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { driversUnderTest } from './drivers.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-package-'));
after(() => rmSync(folder, { recursive: true }));

let packed: string | undefined;

/** The path of what `npm publish` would send. */
function pack(): string {
  if (packed !== undefined) return packed;
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  packed = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  return packed;
}

/** What `npm install heddle` leaves, without the registry: the published files, and links to what they depend on. */
function install(): string {
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return join(modules, 'heddle', 'heddle');
  const archive = pack();
  mkdirSync(join(modules, 'heddle'), { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', join(modules, 'heddle'), '--strip-components=1']);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  return join(modules, 'heddle', 'heddle');
}

const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

test('the published package runs without TypeScript, from a folder of its own', { skip }, () => {
  const heddle = install();
  const home = join(folder, 'home');
  const args = ['start', '--driver', 'host', '--once', '--json', '--port', '0', '--home', home];
  const run = spawnSync(heddle, args, { cwd: folder, encoding: 'utf8', input: '' });
  assert.match(run.stdout, /"path":"reused-container"/, run.stderr);
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules', 'heddle')).toSorted(),
    ['LICENSE', 'README.md', 'dist', 'entry', 'examples', 'heddle', 'package.json'].filter(
      (name) => name !== 'README.md' || readdirSync(root).includes(name),
    ),
    'nothing else is published',
  );
});

/** Runs a program beside the package, in plain JavaScript; what it said as JSON. */
function runProgram(name: string, program: string, ...flags: readonly string[]): unknown {
  install();
  writeFileSync(join(folder, name), program);
  const env = { ...process.env, HEDDLE_DRIVER: 'host', HEDDLE_HOME: join(folder, 'home-of-programs'), HEDDLE_URL: '' };
  const run = spawnSync(process.execPath, [...flags, name], { cwd: folder, encoding: 'utf8', env });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

const work = `const { parentPort, workerData } = require('node:worker_threads');
parentPort.postMessage([workerData + 1, require('node:os').hostname()]);`;

test('heddle/worker_threads of the published package starts Workers elsewhere', { skip }, () => {
  install();
  writeFileSync(join(folder, 'work.cjs'), work);
  const said = runProgram(
    'imports.mjs',
    `import * as threads from 'heddle/worker_threads';
    import * as node from 'node:worker_threads';
    const worker = new threads.Worker(new URL('./work.cjs', import.meta.url), { workerData: 41 });
    const missing = Object.keys(node).filter((name) => !(name in threads) || !(name in threads.default));
    worker.on('message', (message) => console.log(JSON.stringify([...message, missing])));`,
  );
  assert.ok(Array.isArray(said));
  const [answer, host, missing]: unknown[] = said;
  assert.deepEqual([answer, missing], [42, ['default']]);
  assert.notEqual(host, hostname());
});

test('heddle/register of the published package gives a whole program such Workers', { skip }, () => {
  install();
  writeFileSync(join(folder, 'work.cjs'), work);
  const program = `const { Worker } = require('worker_threads');
    new Worker('./work.cjs', { workerData: 1 }).on('message', (message) => console.log(JSON.stringify(message)));`;
  const said = runProgram('required.cjs', program, '--import', 'heddle/register');
  assert.ok(Array.isArray(said));
  assert.equal(said[0], 2);
  assert.notEqual(said[1], hostname());
});

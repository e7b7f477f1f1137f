import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import * as heddle from 'heddle';
import * as workerThreads from 'heddle/worker_threads';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import * as source from '../../src/index.ts';
import * as workerThreadsSource from '../../src/sdk/worker-threads/index.ts';
import { driversUnderTest } from './drivers.ts';

// A program in a folder of its own, with Heddle installed by npm from what would be published.

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-installed-'));
const project = join(folder, 'project');
const heddleBin = join(project, 'node_modules/.bin/heddle');
let archive = '';
/** Why npm could not install, where that is the network's fault. */
let offline: string | undefined;

const program = `import { remote, spawn } from 'heddle';
const t = spawn((a: number, b: number) => a + b, [20, 22]);
console.log(await t, (await t.start).path);
const work = remote<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url));
for await (const p of work.isPrime.map(range(1, 100), { concurrency: 32, ordered: false })) console.log(p);

function* range(from: number, to: number): Generator<number> {
  for (let n = from; n < to; n++) yield n;
}
`;
const work = `export function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}
`;
const workers = `import { parentPort, Worker } from 'heddle/worker_threads';
export const worker: Worker = new Worker(new URL('./work.ts', import.meta.url), { heddle: { memoryMb: 512 } });
worker.on('message', (message: unknown) => parentPort?.postMessage(message));
`;
const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  allowImportingTsExtensions: true,
  types: ['node'],
};

before(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', archive, '@types/node@24'];
  const npm = spawnSync('npm', args, { cwd: project, encoding: 'utf8' });
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(npm.stderr)) offline = npm.stderr;
  else assert.equal(npm.status, 0, npm.stderr);
  writeFileSync(join(project, 'program.ts'), program);
  writeFileSync(join(project, 'work.ts'), work);
  writeFileSync(join(project, 'workers.ts'), workers);
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});
after(() => rmSync(folder, { recursive: true }));

const tsc = (): string => spawnSync(join(root, 'node_modules/.bin/tsc'), { cwd: project, encoding: 'utf8' }).stdout;
const skip = (await driversUnderTest()).find(({ name }) => name === 'host')?.skip ?? 'no driver host';

test('ten lines in a fresh folder start threads without a service', { skip }, (t) => {
  if (offline !== undefined) return t.skip(offline);
  const env = { ...process.env, HEDDLE_DRIVER: 'host', HEDDLE_HOME: join(folder, 'home') };
  const run = spawnSync(heddleBin, ['run', 'program.ts'], { cwd: project, encoding: 'utf8', env });
  const [first = '', ...others] = run.stdout.trimEnd().split('\n');
  assert.match(first, /^42 (cold|warm)-instance$/, run.stderr);
  assert.equal(others.length, 99);
  assert.equal(others.filter((line) => line === 'true').length, 25, 'there are 25 primes below 100');
});

test('their types are found, and hold', (t) => {
  if (offline !== undefined) return t.skip(offline);
  assert.equal(tsc(), '');
  const wrong = join(project, 'wrong.ts');
  writeFileSync(
    wrong,
    "import { spawn } from 'heddle';\nexport const text: string = await spawn((a: number) => a, [1]);\n",
  );
  assert.match(tsc(), /^wrong\.ts\(2,14\): error TS2322/);
  rmSync(wrong);
});

test('an older Node is refused with what is, what should be, and how', (t) => {
  if (offline !== undefined) return t.skip(offline);
  writeFileSync(
    join(project, 'old.mjs'),
    "Object.defineProperty(process.versions, 'node', { value: '20.1.0' });\nawait import('heddle');\n",
  );
  const run = spawnSync(process.execPath, ['old.mjs'], { cwd: project, encoding: 'utf8' });
  assert.match(run.stderr, /Heddle needs Node 24 or newer, and .* Node 20\.1\.0 .*npx heddle run FILE/);
});

test('the package is what bundlers and type checkers expect', async () => {
  const data = readFileSync(archive);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer } });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
  const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  assert.ok(checked.types !== false, 'it has types');
  // An ES module only: resolution as it was before `exports` does not find it, and CommonJS is told what it is.
  const expected = ['NoResolution', 'CJSResolvesToESM'];
  assert.deepEqual(
    checked.problems.filter(({ kind }) => !expected.includes(kind)),
    [],
  );
});

test('bundlers take one module for pages, and one for code that is bundled for threads, without what is elsewhere', async (t) => {
  if (offline !== undefined) return t.skip(offline);
  const contents = "import { spawn, thread } from 'heddle'; console.log(spawn, thread);";
  const common = { stdin: { contents, resolveDir: project }, bundle: true, write: false, metafile: true } as const;
  const page = await build({ ...common, platform: 'browser', format: 'esm', logLevel: 'silent' });
  const inside = await build({ ...common, platform: 'node', format: 'esm', conditions: ['heddle-thread'] });
  for (const [{ metafile }, file, isThere] of [
    [page, 'browser.js', () => false],
    [inside, 'thread.js', isBuiltin],
  ] as const) {
    const inputs = Object.values(metafile.inputs);
    assert.deepEqual(
      Object.keys(metafile.inputs)
        .filter((path) => path.endsWith('.js'))
        .map((path) => path.split('/heddle/')[1]),
      [`dist/${file}`],
    );
    const imported = inputs.flatMap(({ imports }) => imports.filter((one) => one.external === true));
    assert.deepEqual(
      imported.filter(({ path }) => !isThere(path)),
      [],
    );
  }
});

test('a checkout gives programs what the package does', () => {
  assert.deepEqual(Object.keys(heddle).toSorted(), Object.keys(source).toSorted());
  assert.equal(heddle.spawn, source.spawn);
  assert.deepEqual(Object.keys(workerThreads).toSorted(), Object.keys(workerThreadsSource).toSorted());
  assert.equal(workerThreads.Worker, workerThreadsSource.Worker);
});

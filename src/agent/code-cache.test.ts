import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { limits } from '../model/limits.ts';
import { CodeCache } from './code-cache.ts';
import type { CodePart } from './code-stage.ts';

async function newCache(t: TestContext): Promise<{ cache: CodeCache; dir: string; target: () => string }> {
  const dir = await mkdtemp(join(tmpdir(), 'heddle-code-'));
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  let targets = 0;
  const target = (): string => {
    const folder = join(dir, `container-${++targets}`);
    mkdirSync(folder);
    return folder;
  };
  return { cache: new CodeCache(join(dir, 'cache')), dir, target };
}

function part(path: string, data: string | Buffer = path, offset = 0, mode = 0o644): CodePart {
  return { path, mode, data: Buffer.from(data), offset };
}

test('code that came in parts appears whole, and only when its last part is there', async (t) => {
  const { cache, target } = await newCache(t);
  const folder = target();
  cache.store('a', [part('lib/deep/x.js', 'abc'), part('run.sh', '#!', 0, 0o755)], false);
  assert.throws(() => cache.bind('a', folder), /not in the cache/);
  cache.store('a', [part('lib/deep/x.js', 'def', 3)], true);
  cache.bind('a', folder);
  assert.equal(readFileSync(join(folder, 'lib/deep/x.js'), 'utf8'), 'abcdef');
  assert.equal(statSync(join(folder, 'run.sh')).mode & 0o111, 0o111);
});

test('a path that leaves the folder is refused, and nothing of its bundle is kept', async (t) => {
  const { cache, dir } = await newCache(t);
  for (const path of ['../x', '/etc/x', 'a/../../x', 'a//b', './x', '', 'a/', 'x\0y']) {
    assert.throws(() => cache.store('b', [part('good.js'), part(path)], true), /not one of a file below/);
    assert.throws(() => cache.bind('b', dir), /not in the cache/);
  }
  assert.deepEqual(await readdir(join(dir, 'cache')), []);
});

test('a name that is no hash is refused', async (t) => {
  const { cache } = await newCache(t);
  for (const name of ['..', '', 'a b', 'x'.repeat(65)])
    assert.throws(() => cache.store(name, [part('x')], true), /not the SHA-256/);
});

test('parts in the wrong order, and files that come twice, are refused', async (t) => {
  const { cache } = await newCache(t);
  assert.throws(() => cache.store('c', [part('x', 'data', 4)], false), /before its first/);
  assert.throws(() => cache.store('c', [part('x'), part('x')], true), /came twice/);
  assert.throws(() => cache.store('c', [part('x'), part('x/y')], true), /EEXIST|ENOTDIR/);
});

test('the cache forgets what was used longest ago when it is full', async (t) => {
  const { cache, target } = await newCache(t);
  const half = Buffer.alloc(limits.codePartBytesMax);
  const parts = Array.from({ length: 40 }, (_, index) => part('big', half, index * half.length));
  for (const name of ['old', 'used']) cache.store(name, parts, true);
  // Together with the third, more than fits.
  cache.store('first', [part('small')], true);
  cache.bind('used', target());
  cache.store('new', parts, true);
  assert.throws(() => cache.bind('old', target()), /not in the cache/);
  cache.bind('new', target());
});

test('many files are bound from a copy that waits, and each container has its own folders', async (t) => {
  const { cache, dir, target } = await newCache(t);
  const parts = Array.from({ length: 5_000 }, (_, index) => part(`node_modules/p${index % 100}/f${index}.js`));
  cache.store('many', parts, true);
  const first = target();
  cache.bind('many', first);
  while (
    !(await readdir(join(dir, 'cache'))).some((name) => name.startsWith('spare') && hasLast(join(dir, 'cache', name)))
  )
    await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const second = target();
  const began = performance.now();
  cache.bind('many', second);
  t.diagnostic(`binding 5,000 files took ${(performance.now() - began).toFixed(2)} ms`);
  for (const folder of [first, second])
    assert.equal(readFileSync(join(folder, 'node_modules/p99/f4999.js'), 'utf8'), 'node_modules/p99/f4999.js');
  cache.unbind(first);
  assert.ok(!existsSync(first) && hasLast(second));
});

function hasLast(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/p99/f4999.js'));
}

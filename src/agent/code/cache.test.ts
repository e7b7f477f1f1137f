import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { linkMode } from '../../model/functions/code.ts';
import { limits } from '../../model/limits.ts';
import { CodeCache } from './cache.ts';
import type { CodePart } from './stage.ts';

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
  void cache.bind('a', folder);
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

test('a link is a link in the container, and none leads out of the code', async (t) => {
  const { cache, target } = await newCache(t);
  const folder = target();
  const link = (path: string, to: string): CodePart => part(path, to, 0, linkMode);
  cache.store('l', [part('lib/tool.js', 'text'), link('bin/tool', '../lib/tool.js')], true);
  void cache.bind('l', folder);
  assert.equal(readlinkSync(join(folder, 'bin/tool')), '../lib/tool.js');
  assert.equal(readFileSync(join(folder, 'bin/tool'), 'utf8'), 'text');
  for (const to of ['/etc/passwd', '../x', 'a/../../x', ''])
    assert.throws(() => cache.store('m', [link('l', to)], true), /leads out of the code/);
  assert.throws(() => cache.store('m', [link('l', '.'), part('l/x')], true), /EEXIST/);
  assert.throws(() => cache.store('m', [link('l', '.'), part('l', 'more', 4, linkMode)], true), /in parts/);
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
  void cache.bind('used', target());
  cache.store('new', parts, true);
  assert.throws(() => cache.bind('old', target()), /not in the cache/);
  void cache.bind('new', target());
});

test('many files are bound from a copy that waits, and each container has its own folders', async (t) => {
  const { cache, dir, target } = await newCache(t);
  const parts = Array.from({ length: 5_000 }, (_, index) => part(`node_modules/p${index % 100}/f${index}.js`));
  cache.store('many', parts, true);
  const first = target();
  void cache.bind('many', first);
  while (
    !(await readdir(join(dir, 'cache'))).some((name) => name.startsWith('spare') && hasLast(join(dir, 'cache', name)))
  )
    await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const second = target();
  const began = performance.now();
  void cache.bind('many', second);
  t.diagnostic(`binding 5,000 files took ${(performance.now() - began).toFixed(2)} ms`);
  for (const folder of [first, second])
    assert.equal(readFileSync(join(folder, 'node_modules/p99/f4999.js'), 'utf8'), 'node_modules/p99/f4999.js');
  cache.unbind(first);
  assert.ok(!existsSync(first) && hasLast(second));
});

test('the first container borrows the files, and what it leaves behind serves the next ones', async (t) => {
  const { cache, target } = await newCache(t);
  const names = Array.from({ length: 300 }, (_, index) => `p${index % 10}/f${index}.js`);
  cache.store(
    'many',
    names.map((name) => part(name)),
    true,
  );
  const first = target();
  void cache.bind('many', first);
  // At once, before there is a copy: linked from where the files are now.
  const second = target();
  void cache.bind('many', second);
  cache.unbind(first);
  const third = target();
  void cache.bind('many', third);
  for (const folder of [second, third])
    for (const name of names) assert.equal(readFileSync(join(folder, name), 'utf8'), name);
  assert.ok(!existsSync(first));
  cache.drop('many');
  assert.ok(existsSync(join(third, names[0] ?? '')), 'what a container has is not taken away');
  assert.throws(() => cache.bind('many', target()), /not in the cache/);
  cache.unbind(third);
  assert.ok(!existsSync(third));
});

test('a bundle comes beside what a folder holds, which stays, and is taken back without it', async (t) => {
  const { cache, dir, target } = await newCache(t);
  const paths = Array.from({ length: 100 }, (_, n) => `lib/part${n % 10}/f${n}`);
  const tree = join(dir, 'tree');
  for (const path of paths) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), path);
  }
  writeFileSync(join(tree, 'top'), 'top');
  const withPlaces = (): string => {
    const folder = target();
    mkdirSync(join(folder, 'ours/deep'), { recursive: true });
    return folder;
  };
  cache.adopt('d', tree, 1_000);
  const bound = async (): Promise<string> => {
    const folder = withPlaces();
    void cache.bindBeside('d', folder);
    for (const path of paths) assert.equal(readFileSync(join(folder, path), 'utf8'), path);
    assert.deepEqual((await readdir(folder)).toSorted(), ['lib', 'ours', 'top']);
    return folder;
  };
  const first = await bound();
  // Linked from where the files are now.
  const second = await bound();
  cache.unbind(first);
  const third = await bound();
  const spare = async (): Promise<boolean> =>
    (await readdir(join(dir, 'cache'))).some(
      (name) => name.startsWith('spare') && existsSync(join(dir, 'cache', name, 'top')),
    );
  while (!(await spare())) await new Promise((resolve) => setImmediate(resolve));
  const fourth = await bound();
  const occupied = withPlaces();
  mkdirSync(join(occupied, 'lib'));
  void cache.bindBeside('d', occupied);
  assert.deepEqual(await readdir(join(occupied, 'lib')), []);
  assert.equal(readFileSync(join(occupied, 'top'), 'utf8'), 'top');
  for (const folder of [second, third, fourth, occupied]) cache.unbind(folder);
  const plain = target();
  void cache.bind('d', plain);
  assert.deepEqual((await readdir(plain)).toSorted(), ['lib', 'top']);
});

test('code that is given up halfway leaves nothing', async (t) => {
  const { cache, dir } = await newCache(t);
  cache.store('half', [part('x')], false);
  cache.drop('half');
  assert.deepEqual(await readdir(join(dir, 'cache')), []);
  cache.store('half', [part('x')], true);
  cache.drop('half');
});

function hasLast(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/p99/f4999.js'));
}

test('an image of code is refused where nothing can be mounted', async (t) => {
  const { cache } = await newCache(t);
  cache.store('i', [part('image')], true);
  for (const sha256 of ['i', 'none']) assert.throws(() => cache.mountImage(sha256), /no image, or cannot be mounted/);
});

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CodeError } from './code-error.ts';
import { moduleCode } from './module-code.ts';
import { runCode, TestFolder } from './testing.ts';
import { threadCode } from './thread-code.ts';

const decode = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString('utf8');

test('a TypeScript module runs with what it imports, and its stack shows the lines that were written', async () => {
  using folder = new TestFolder({
    'work.ts': `import { fail } from './lib/fail.ts';

interface Point { readonly x: number }
export const answer = (point: Point): number => point.x + 1;
export function go(
  why: string,
): never {
  return fail(why);
}
`,
    'lib/fail.ts': `type Why = string;
export function fail(why: Why): never {
  throw new Error(why);
}
`,
  });
  const code = await moduleCode(pathToFileURL(join(folder.path, 'work.ts')));
  assert.deepEqual([code.entry, code.exports], ['index.mjs', ['answer', 'go']]);
  assert.equal((await runCode(code, 'answer', [{ x: 41 }])).value, 42);
  const { stack = '' } = await runCode(code, 'go', ['oh']);
  assert.match(stack, /^Error: oh\n/);
  assert.ok(stack.includes(`fail (${folder.path}/lib/fail.ts:3:9)`), stack);
  assert.ok(stack.includes(`go (${folder.path}/work.ts:8:10)`), stack);
});

test('a CommonJS module has the names that Node gives it, with those that it passes on', async () => {
  using folder = new TestFolder({
    'work.cjs': `const { sep } = require('node:path');
exports.sep = () => sep;
exports['odd name'] = () => __filename.split('/').at(-1) + typeof require('node:fs').stat;`,
    'whole.js': `module.exports = require('./work.cjs');`,
    'typed.cts': `const twice = (n: number): number => n * 2;
module.exports = { twice };`,
    'package.json': '{}',
  });
  const code = await moduleCode(join(folder.path, 'work.cjs'));
  assert.deepEqual(code.exports, ['default', 'odd name', 'sep']);
  assert.equal((await runCode(code, 'sep')).value, '/');
  assert.equal((await runCode(code, 'odd name')).value, 'work.cjsfunction');
  const whole = await moduleCode(join(folder.path, 'whole.js'));
  assert.deepEqual(whole.exports, code.exports);
  assert.equal((await runCode(whole, 'sep')).value, '/');
  const typed = await moduleCode(join(folder.path, 'typed.cts'));
  assert.equal((await runCode(typed, 'twice', [4])).value, 8);
});

test('npm packages of both kinds come along', async () => {
  using folder = new TestFolder({
    'work.mts': `import old from 'old'; import { fresh } from 'fresh'; export default (): string => old.name() + fresh;`,
    'node_modules/old/package.json': '{"main": "lib.js"}',
    'node_modules/old/lib.js': `const os = require('os'); exports.name = () => typeof os.cpus;`,
    'node_modules/fresh/package.json': '{"type": "module", "exports": "./index.js"}',
    'node_modules/fresh/index.js': `export const fresh = ' fresh';`,
  });
  const code = await moduleCode(join(folder.path, 'work.mts'));
  assert.equal((await runCode(code)).value, 'function fresh');
});

test('the same files give the same bytes, wherever the process runs', async () => {
  using folder = new TestFolder({ 'a.ts': `export { b } from './b.ts'; export const at = import.meta.url;` });
  folder.write('b.ts', 'export const b = (): string => import.meta.url;');
  const path = join(folder.path, 'a.ts');
  const before = process.cwd();
  const one = await moduleCode(path, { external: ['none'] });
  process.chdir(folder.path);
  const other = await moduleCode(path, { external: ['other'] }).finally(() => process.chdir(before));
  assert.deepEqual(
    one.files.map((file) => decode(file.data)),
    other.files.map((file) => decode(file.data)),
  );
  assert.equal(one.sha256, other.sha256);
});

test('a module is bundled once, by concurrent callers too, and anew when a file that it imports has changed', async () => {
  using folder = new TestFolder({ 'work.ts': `export { value } from './value.ts';` });
  const past = new Date(Date.now() - 60_000);
  const work = join(folder.path, 'work.ts');
  const value = folder.write('value.ts', 'export const value = (): number => 1;');
  for (const path of [work, value]) utimesSync(path, past, past);
  const [one, other] = await Promise.all([moduleCode(work), moduleCode(pathToFileURL(work))]);
  assert.equal(one, other);
  assert.equal(await moduleCode(work), one);
  folder.write('value.ts', 'export const value = (): number => 2;');
  const changed = await moduleCode(work);
  assert.notEqual(changed.sha256, one.sha256);
  assert.equal((await runCode(changed, 'value')).value, 2);
});

test('files that a module names lie beside it, for each module of the bundle', async () => {
  using folder = new TestFolder({
    'src/work.ts': `import { readFileSync } from 'node:fs'; import { text as other } from '../lib/text.cjs';
export const text = (): string => readFileSync(new URL('../data/one.txt', import.meta.url), 'utf8') + other();`,
    'lib/text.cjs': `exports.text = () => require('node:fs').readFileSync(__dirname + '/deep/two.txt', 'utf8');`,
    'lib/deep/two.txt': ' two',
    'data/one.txt': 'one',
    'data/un#u sed?.txt': '',
  });
  chmodSync(join(folder.path, 'lib/deep/two.txt'), 0o700);
  const code = await moduleCode(join(folder.path, 'src/work.ts'), { files: ['../data/*.txt', '../lib/deep'] });
  assert.deepEqual(
    code.files.map((file) => file.path),
    ['files/data/one.txt', 'files/data/un#u sed?.txt', 'files/lib/deep/two.txt', 'index.mjs', 'index.mjs.map'],
  );
  assert.deepEqual([...new Set(code.files.map((file) => file.mode))], [0o644, 0o755]);
  assert.equal((await runCode(code, 'text')).value, 'one two');
});

test('a module that asks where it is keeps its lines', async () => {
  using folder = new TestFolder({
    'work.ts': `enum Kind { One }
export function go(kind: Kind): string {

  if (kind === Kind.One) throw new Error(import.meta.filename);
  return '';
}`,
  });
  const { stack = '' } = await runCode(await moduleCode(join(folder.path, 'work.ts')), 'go', [0]);
  assert.match(stack, /^Error: .*\/files\/work\.ts\n/);
  assert.ok(stack.includes(`${folder.path}/work.ts:4:32`), stack);
});

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const addon = join(modules, '@msgpackr-extract/msgpackr-extract-linux-x64/node.napi.glibc.node');

test('a TypeScript module that asks where it is follows the settings of its tsconfig.json', async () => {
  using folder = new TestFolder({
    'tsconfig.json': `{ /* old */ "compilerOptions": { "experimentalDecorators": true, "jsxFactory": "h" } }`,
    'work.tsx': `
const h = (name: string, props: unknown, child: string): string => name + child;
function note(target: object, key: string): void { Object.assign(target, { noted: key }); }
class Work { @note go(): void {} }
export const noted = (): string => 'noted' in Work.prototype ? <b>{import.meta.filename.slice(-8)}</b> : '';`,
  });
  const code = await moduleCode(join(folder.path, 'work.tsx'));
  assert.equal((await runCode(code, 'noted')).value, 'bwork.tsx');
});

test('a folder may be called anything', async () => {
  using folder = new TestFolder({
    "a b#c%20d'?(é)/work.ts": `type A = 1;
export function go(): never { throw new Error(import.meta.dirname); }`,
    "a b#c%20d'?(é)/plain.ts": `
export function go(): never { throw new Error('plain'); }`,
  });
  for (const [name, words, line] of [
    ['work.ts', /^Error: .*\/files\n/, 2],
    ['plain.ts', /^Error: plain\n/, 2],
  ] as const) {
    const path = join(folder.path, "a b#c%20d'?(é)", name);
    const { stack = '' } = await runCode(await moduleCode(pathToFileURL(path)), 'go');
    assert.match(stack, words);
    assert.ok(stack.includes(`(${path}:${line}:`), stack);
  }
});

test('a native add-on comes along', async () => {
  using folder = new TestFolder({
    'work.mjs': `import addon from './native/extract.node'; export const names = () => Object.getOwnPropertyNames(addon);`,
    'native/extract.node': readFileSync(addon),
  });
  const code = await moduleCode(join(folder.path, 'work.mjs'));
  const { value } = await runCode(code, 'names');
  assert.ok(Array.isArray(value) && value.includes('extractStrings'), String(value));
});

test('a native add-on that its package looks for when it runs comes along', async () => {
  using folder = new TestFolder({
    'work.mjs': `import addon from 'extract'; export const names = () => Object.getOwnPropertyNames(addon);`,
    'node_modules/extract/index.js': `module.exports = require('node-gyp-build-optional-packages')(__dirname);`,
    'node_modules/extract/prebuilds/linux-x64/node.napi.node': readFileSync(addon),
    'node_modules/extract/prebuilds/darwin-x64/node.napi.node': 'of no use',
  });
  for (const name of ['node-gyp-build-optional-packages', 'detect-libc'])
    symlinkSync(join(modules, name), join(folder.path, 'node_modules', name));
  const code = await moduleCode(join(folder.path, 'work.mjs'));
  assert.deepEqual(
    code.files.map((file) => file.path).filter((path) => path.endsWith('.node')),
    ['files/prebuilds/linux-x64/node.napi.node'],
  );
  const { value } = await runCode(code, 'names');
  assert.ok(Array.isArray(value) && value.includes('extractStrings'), String(value));
});

test('what cannot come along is refused with its name', async () => {
  const foreign = Buffer.alloc(64);
  foreign.writeUInt32LE(0xfeed_facf);
  using folder = new TestFolder({
    'missing.ts': `import './none.ts'; import 'no-such-package';`,
    'foreign.cjs': `require('./mac.node');`,
    'mac.node': foreign,
    'broken.ts': 'export const = 1;',
    'fine.ts': 'export const fine = 1;',
    'uses.js': `import 'addon';`,
    'node_modules/addon/index.js': `require('bindings')('addon');`,
    'node_modules/bindings/index.js': '',
  });
  const refuses = async (name: string, words: RegExp, files: readonly string[] = []): Promise<void> => {
    await assert.rejects(moduleCode(join(folder.path, name), { files }), (error) => {
      assert.ok(error instanceof CodeError);
      assert.match(error.message, words);
      return error.message.includes(folder.path);
    });
  };
  await refuses('none.ts', /There is no file .*none\.ts/);
  await refuses('missing.ts', /Could not resolve "\.\/none\.ts"[^]*\/missing\.ts:1:7[^]*"no-such-package"/);
  await refuses('foreign.cjs', /native add-on .*mac\.node was built for another system/);
  await refuses('broken.ts', /\/broken\.ts:1:13/);
  await refuses('fine.ts', /No file is called .*lost\/\*\.txt/, ['lost/*.txt']);
  await refuses('uses.js', /node_modules\/bindings/);
  await assert.rejects(moduleCode('./work.ts'), /"\.\/work\.ts" is none\. Try new URL/);
  await assert.rejects(moduleCode('https://example.org/work.ts'), CodeError);
});

test('more than a thread may have is refused with the largest files', () => {
  const file = (path: string, bytes: number) => ({ path, mode: 0o644, data: new Uint8Array(bytes) });
  const max = { codeBytesMax: 100, codeFilesMax: 2 };
  const message = "A thread's code has 101 bytes; at most 100 are allowed. Its largest files: b (100), a (1).";
  assert.throws(() => threadCode([file('a', 1), file('b', 100)], [], max), { name: 'CodeError', message });
  assert.throws(
    () =>
      threadCode(
        ['a', 'b', 'c'].map((path) => file(path, 1)),
        [],
        max,
      ),
    /has 3 files; at most 2/,
  );
});

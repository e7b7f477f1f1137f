import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { isLink } from '../../model/functions/code.ts';
import { TestFolder } from '../../sdk/code/testing.ts';
import { unpackZip } from '../../store/zip/unpack.ts';
import { findSource } from './entry.ts';
import { type CodePackage, packageCode } from './package-code.ts';

/** Calls the handler as a runtime does, in a process of its own whose folder is the code's root. */
const program = `
import { existsSync } from 'node:fs';
const [handler, event] = process.argv.slice(2);
const dot = handler.lastIndexOf('.');
const path = ['.js', '.mjs', '.cjs'].map((type) => process.cwd() + '/' + handler.slice(0, dot) + type).find(existsSync);
const module = await import(path);
const name = handler.slice(dot + 1);
try {
  console.log(JSON.stringify((await (module[name] ?? module.default[name])(JSON.parse(event))) ?? null));
} catch (error) { console.log(JSON.stringify(error.stack)); }`;

interface Ran {
  readonly made: CodePackage;
  readonly paths: readonly string[];
  readonly value: unknown;
}

async function run(
  path: string,
  event: unknown = {},
  more: Partial<Parameters<typeof packageCode>[1]> = {},
): Promise<Ran> {
  const options = { runtime: 'nodejs24.x', handler: 'index.handler', handlerAsked: false, include: [], ...more };
  const made = await packageCode(findSource(path), options);
  using folder = new TestFolder({ 'main.mjs': program });
  const files = await unpackZip(made.zip);
  for (const file of files) {
    const place = join(folder.path, 'task', file.path);
    mkdirSync(dirname(place), { recursive: true });
    if (isLink(file)) symlinkSync(Buffer.from(file.data).toString(), place);
    else writeFileSync(place, file.data, { mode: file.mode });
  }
  const node = ['--enable-source-maps', join(folder.path, 'main.mjs'), made.handler, JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: join(folder.path, 'task') });
  const value: unknown = JSON.parse(stdout.replaceAll(join(folder.path, 'task'), '/var/task'));
  return { made, paths: files.map((file) => file.path).toSorted(), value };
}

test('heddle comes along as what is for functions, in a bundle and beside files', async () => {
  const code = "import { spawn, remote } from 'heddle';";
  const handler =
    "export const handler = () => { try { remote('x') } catch (error) { return [typeof spawn, error.message] } };";
  using folder = new TestFolder({
    'alone/index.ts': `${code} ${handler}`,
    'beside/index.ts': `${code} import 'heddle/worker_threads'; import { readFileSync } from 'node:fs'; readFileSync(__dirname + '/a.txt'); ${handler}`,
    'beside/a.txt': 'text',
  });
  for (const [name, expected] of Object.entries({
    alone: ['index.mjs', 'index.mjs.map'],
    beside: [
      'a.txt',
      'index.js',
      'index.js.map',
      ...['index.mjs', 'index.mjs.map', 'package.json', 'worker_threads.mjs'].map(
        (file) => `node_modules/heddle/${file}`,
      ),
    ],
  })) {
    const { paths, value } = await run(join(folder.path, name));
    assert.deepEqual(paths, expected);
    assert.match(String(value), /^function,A function was to make threads of x, and has nothing that bundles modules/);
  }
});

describe('Files are sent as they are where a bundle would lose', () => {
  test('a template beside the code, and what a folder holds', async () => {
    using folder = new TestFolder({
      'index.ts': `import { readFileSync, readdirSync } from 'node:fs'; import { join } from 'node:path';
        export const handler = () => [readFileSync(join(__dirname, 'views/a.txt'), 'utf8'), readdirSync(join(__dirname, 'views')).length];`,
      'views/a.txt': 'text',
      'views/b.txt': '',
      'unrelated.txt': '',
    });
    const { value, paths, made } = await run(folder.path);
    assert.deepEqual(value, ['text', 2]);
    assert.deepEqual(paths, ['index.js', 'index.js.map', 'views/a.txt', 'views/b.txt']);
    assert.match(made.summary, /not as one bundle: index\.ts uses `__dirname` \(and 1 more/);
  });

  test('what is named by a path from the folder that code runs in', async () => {
    using folder = new TestFolder({
      'index.ts': `import { execSync } from 'node:child_process'; import { readdirSync, readFileSync } from 'node:fs'; import { join } from 'node:path';
        const root: string = process.env['LAMBDA_TASK_ROOT'] ?? process['cwd']();
        const read = (path: string): string => readFileSync(path, 'utf8');
        export const handler = ({ name }: { name: string }) => [read('a.txt'), read('./data/b.txt'), read(root + '/data/c.txt'),
          read(join(root, 'views', 'd.txt')), read(join(root, 'more', name)), readdirSync('listed'), execSync('cat ./text/e.txt; true').toString(),
          read(\`parts/p-\${name}\`)];
        export const routes = ['/users', 'docs', '/users/a.html'];`,
      'a.txt': 'a',
      'data/b.txt': 'b',
      'data/c.txt': 'c',
      'views/d.txt': 'd',
      'views/unrelated.txt': '',
      'more/name': 'm',
      'listed/x': '',
      'text/e.txt': 'e',
      'parts/p-name': 'p',
      'parts/q-name': '',
      'users/unrelated.txt': '',
      'docs/unrelated.txt': '',
    });
    const { value, paths } = await run(folder.path, { name: 'name' });
    assert.deepEqual(value, ['a', 'b', 'c', 'd', 'm', ['x'], 'e', 'p']);
    assert.deepEqual(
      paths.filter((path) => /unrelated|q-name/.test(path)),
      [],
    );
  });

  test('modules by a name that is handed on, with what they need', async () => {
    using folder = new TestFolder({
      'index.js': `const load = (name) => require(name); exports.handler = async ({ name }) => load('./plugins/' + name);`,
      'plugins/one.js': `module.exports = require('needed') + require('../shared');`,
      'plugins/.hidden/two.js': '',
      'shared.js': `module.exports = 'shared';`,
      'node_modules/needed/package.json': '{"name": "needed", "version": "1.0.0"}',
      'node_modules/needed/index.js': `module.exports = 'needed ';`,
    });
    const { value, paths } = await run(folder.path, { name: 'one' });
    assert.equal(value, 'needed shared');
    assert.ok(!paths.some((path) => path.includes('.hidden')), paths.join());
  });

  test('a module that is required by a name put together', async () => {
    using folder = new TestFolder({
      'index.js': "exports.handler = ({ name }) => require('./plugins/' + name)();",
      'plugins/a.js': 'module.exports = () => 1;',
      'plugins/b.ts': 'const n: number = 2; export = () => n;',
    });
    assert.equal((await run(folder.path, { name: 'a' })).value, 1);
    assert.equal((await run(folder.path, { name: 'b' })).value, 2);
  });

  test('an optional peer in a try, whether it is installed or not', async () => {
    const peer = {
      'node_modules/peer/package.json': '{"main":"x.js"}',
      'node_modules/peer/x.js': 'module.exports = 7;',
    };
    const code = {
      'index.mjs': "import tries from 'tries'; export const handler = () => tries();",
      'node_modules/tries/package.json': '{"main":"index.js"}',
      'node_modules/tries/index.js':
        "module.exports = () => { try { return require('peer'); } catch (e) { return e.code; } };",
    };
    using without = new TestFolder(code);
    const first = await run(without.path);
    assert.equal(first.value, 'MODULE_NOT_FOUND');
    assert.match(first.made.summary, /node_modules\/tries\/index\.js tries "peer", which is not installed/);
    using within = new TestFolder({ ...code, ...peer });
    assert.equal((await run(within.path)).value, 7);
  });

  test('a native add-on that is found by trying places', async () => {
    using folder = new TestFolder({
      'index.js': "exports.handler = () => require('addon');",
      'node_modules/addon/package.json': '{"main":"index.js"}',
      'node_modules/addon/index.js':
        "module.exports = require('fs').existsSync(require('path').join(__dirname, 'build/addon.node'));",
      'node_modules/addon/build/addon.node': 'no program',
    });
    assert.equal((await run(folder.path)).value, true);
  });

  test('but nothing of this machine that code only reads', async () => {
    using folder = new TestFolder({
      'index.mjs': `import fs from 'node:fs';
        export const handler = (event) => [fs.readFileSync('/etc/passwd').length > 0, fs.existsSync('/tmp/' + event.name)];`,
    });
    assert.deepEqual((await run(folder.path, { name: 'nothing' })).paths, ['index.mjs']);
  });

  test('what --include names, although no code is seen to read it', async () => {
    using folder = new TestFolder({
      'index.mjs': "import fs from 'node:fs'; export const handler = ({ name }) => fs.readFileSync(name, 'utf8');",
      'data/x.txt': 'included',
    });
    assert.equal((await run(folder.path, { name: 'data/x.txt' }, { include: ['data'] })).value, 'included');
    await assert.rejects(run(folder.path, {}, { include: ['nowhere'] }), /No file is called nowhere/);
  });

  test("a workspace's packages, by the links that pnpm makes, sources in TypeScript included", async () => {
    using folder = new TestFolder({
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'packages/api/package.json':
        '{"name":"api","type":"module","dependencies":{"@acme/shared":"workspace:*","dep":"1"}}',
      'packages/api/src/index.ts': `import { shared } from '@acme/shared'; import dep from 'dep';
        export const handler = (): unknown => [shared(), dep, import.meta.url.split('/').at(-1)];`,
      'packages/shared/package.json': '{"name":"@acme/shared","type":"module","main":"src/index.ts"}',
      'packages/shared/src/index.ts': "export { shared } from './part.js';",
      'packages/shared/src/part.ts': 'export const shared = (): string => "shared";',
      'node_modules/.pnpm/dep@1.0.0/node_modules/dep/package.json': '{"name":"dep","main":"i.js"}',
      'node_modules/.pnpm/dep@1.0.0/node_modules/dep/i.js': "module.exports = require('deeper');",
      'node_modules/.pnpm/deeper@1.0.0/node_modules/deeper/package.json': '{"name":"deeper","main":"i.js"}',
      'node_modules/.pnpm/deeper@1.0.0/node_modules/deeper/i.js':
        "module.exports = 'deep ' + require('fs').existsSync(__filename);",
    });
    const link = (target: string, path: string): void => {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      symlinkSync(target, join(folder.path, path));
    };
    link('../../deeper@1.0.0/node_modules/deeper', 'node_modules/.pnpm/dep@1.0.0/node_modules/deeper');
    link('../../../node_modules/.pnpm/dep@1.0.0/node_modules/dep', 'packages/api/node_modules/dep');
    link('../../../shared', 'packages/api/node_modules/@acme/shared');
    const { value, made } = await run(join(folder.path, 'packages/api'));
    assert.deepEqual(value, ['shared', 'deep true', 'index.js']);
    assert.equal(made.handler, 'packages/api/src/index.handler');
  });

  test('packages above the folder are found in it, so that the code runs at the root', async () => {
    using folder = new TestFolder({
      'node_modules/dep/package.json': '{"main":"i.js"}',
      'node_modules/dep/i.js': 'module.exports = __dirname;',
      'functions/one/index.mjs': "import dep from 'dep'; export const handler = () => [dep, process.cwd()];",
    });
    const { value, made } = await run(join(folder.path, 'functions/one'));
    assert.deepEqual(value, ['/var/task/node_modules/dep', '/var/task']);
    assert.equal(made.handler, 'index.handler');
  });
});

describe('TypeScript that is sent as files', () => {
  test("fails with the user's lines, in every file", async () => {
    using folder = new TestFolder({
      'index.ts': `import { fail } from './lib/fail';
interface Unused { readonly a: number }
export const handler = (): unknown => fail(__dirname);`,
      'lib/fail.ts': `type A = string;

export const fail = (a: A): never => {
  throw new Error(a.length > 0 ? 'failed' : '');
};`,
    });
    const stack = String((await run(folder.path)).value);
    assert.match(
      stack,
      /^Error: failed\n\s+at fail \(\/var\/task\/lib\/fail\.ts:4:9\)\n\s+at handler \(\/var\/task\/index\.ts:3:39\)/,
    );
  });

  test('is CommonJS where nothing speaks against it, else an ES module that may still use `require`', async () => {
    using common = new TestFolder({
      'index.ts': "import { x } from './x'; export const handler = () => [x, typeof module, __dirname];",
      'x.ts': 'export const x = 1;',
    });
    assert.deepEqual((await run(common.path)).value, [1, 'object', '/var/task']);
    using es = new TestFolder({
      'index.ts':
        "const x = await import('./x'); export const handler = () => [x.x, require('node:path').sep, __dirname];",
      'x.ts': 'export const x = 1;',
    });
    assert.deepEqual((await run(es.path)).value, [1, '/', '/var/task']);
  });

  test('whose decorators need TypeScript itself is refused without it, with what to do', async () => {
    using folder = new TestFolder({
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}',
      'index.ts': `const D: ClassDecorator = () => {};
@D
class A {}
export const handler = () => A.name;`,
    });
    await assert.rejects(run(folder.path), /index\.ts has decorators, and tsconfig\.json sets emitDecoratorMetadata/);
  });
});

test('classes of the same name keep it in a bundle', async () => {
  using folder = new TestFolder({
    'index.ts': "import { A as B } from './b.ts'; class A {} export const handler = () => [A.name, B.name];",
    'b.ts': 'export class A {}',
  });
  const { value, made } = await run(folder.path);
  assert.deepEqual(value, ['A', 'A']);
  assert.match(made.summary, /^As one bundle of/);
});

test('packages that the runtime brings along stay outside', async () => {
  using folder = new TestFolder({
    'index.mjs': "export const handler = () => import('@aws-sdk/client-nothing').catch((e) => e.code);",
  });
  const { value, made } = await run(folder.path);
  assert.equal(value, 'ERR_MODULE_NOT_FOUND');
  assert.match(made.summary, /^As one bundle of/);
  assert.match(made.warnings.join(), /no @aws-sdk\/client-nothing, .* npm install @aws-sdk\/client-nothing, and/);
});

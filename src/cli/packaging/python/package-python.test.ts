import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { ZipFile } from 'yazl';
import { TestFolder } from '../../../sdk/code/testing.ts';
import { unpackZip } from '../../../store/zip/unpack.ts';
import { CliError } from '../../exit.ts';
import { findSource } from '../entry.ts';
import { looksLikePython } from './is-python.ts';
import { packagePython } from './package-python.ts';
import { findPython } from './user-python.ts';

const python = await findPython('python3.11');
const skip = python === undefined ? 'there is no Python here' : false;

async function packed(
  path: string,
  handler?: string,
): Promise<{ readonly files: readonly string[]; readonly handler: string; readonly warnings: readonly string[] }> {
  const source = findSource(path);
  assert.ok(source.kind === 'code');
  const { zip, ...rest } = await packagePython(source, { runtime: 'python3.11', handler, include: [] });
  const files = (await unpackZip(zip)).map((file) => file.path).filter((name) => !name.endsWith('.pyc'));
  return { files, handler: rest.handler, warnings: rest.warnings };
}

/** A wheel as pip takes it, of one module. */
async function wheel(name: string, tag: string, text: string): Promise<Buffer> {
  const zip = new ZipFile();
  const info = `${name}-1.0.dist-info`;
  const files = {
    [`${name}/__init__.py`]: text,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
  };
  const record = [...Object.keys(files), `${info}/RECORD`].map((path) => `${path},,\n`).join('');
  for (const [path, content] of Object.entries({ ...files, [`${info}/RECORD`]: record }))
    zip.addBuffer(Buffer.from(content), path);
  zip.end();
  return buffer(zip.outputStream);
}

/** Has pip look for packages in a folder and nowhere else. */
async function onlyFrom<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder, PIP_CONFIG_FILE: '/dev/null' });
  try {
    return await run();
  } finally {
    process.env = before;
  }
}

test('a folder is sent as it is, without what tools leave in it', { skip }, async () => {
  using folder = new TestFolder({
    'app.py': 'def handler(event, context): pass',
    'lib/more.py': '',
    'data/text.txt': 'x',
    '.git/config': '',
    '__pycache__/app.cpython-39.pyc': '',
    'venv/lib/x.py': '',
    'other/pyvenv.cfg': '',
    'node_modules/x/index.js': '',
  });
  assert.ok(looksLikePython(findSource(folder.path)));
  const { files, handler } = await packed(folder.path);
  assert.deepEqual([files, handler], [['app.py', 'data/text.txt', 'lib/more.py'], 'app.handler']);
});

test('a file is sent alone, and what is called is what it defines', { skip }, async () => {
  using folder = new TestFolder({ 'f.py': 'async def other(): pass\nlambda_handler = print\n', 'g.py': '' });
  assert.deepEqual(await packed(join(folder.path, 'f.py')), {
    files: ['f.py'],
    handler: 'f.lambda_handler',
    warnings: [],
  });
  const named = await packed(join(folder.path, 'f.py'), 'f.nothing');
  assert.match(named.warnings.join(), /does not seem to define nothing/);
  await assert.rejects(packed(join(folder.path, 'g.py')), /g\.py defines none of lambda_handler, handler, main/);
});

test(
  'modules are compiled for the runtime, where the user has its version',
  { skip: skip || python?.name !== 'python3.11' },
  async () => {
    using folder = new TestFolder({ 'app.py': 'def handler(event, context): pass', 'broken.py': 'def' });
    const source = findSource(folder.path);
    assert.ok(source.kind === 'code');
    const options = { runtime: 'python3.11', handler: undefined, include: [] } as const;
    const { zip, warnings } = await packagePython(source, options);
    const compiled = (await unpackZip(zip)).filter(({ path }) => path.endsWith('.pyc'));
    assert.deepEqual(
      compiled.map(({ path }) => path),
      ['__pycache__/app.cpython-311.pyc'],
    );
    // PEP 552: by hash, not to be checked.
    assert.equal(Buffer.from(compiled[0]?.data ?? []).readUInt32LE(4), 1);
    // Of modules that the handler may never import nothing is said.
    assert.deepEqual(warnings, []);
    using wrong = new TestFolder({ 'app.py': 'def handler(event, context):\n    return {"a": 1\n' });
    const found = findSource(wrong.path);
    assert.ok(found.kind === 'code');
    const sent = await packagePython(found, options);
    assert.deepEqual(sent.warnings, ["app.py, line 2: SyntaxError: '{' was never closed"]);
  },
);

test('a folder is of Python if the handler that was asked for is', () => {
  using folder = new TestFolder({ 'sub/h.py': '', 'sub/n.ts': '' });
  const source = findSource(folder.path);
  assert.ok(!looksLikePython(source));
  assert.ok(!looksLikePython(source, 'sub/n.handler'));
  assert.ok(looksLikePython(source, 'sub/h.handler'));
  assert.ok(looksLikePython(source, 'sub.h.handler'));
});

test(
  'what requirements.txt and pyproject.toml name is installed for the runtime; a project is found without its src',
  { skip },
  async () => {
    using wheels = new TestFolder({});
    writeFileSync(join(wheels.path, 'pure-1.0-py3-none-any.whl'), await wheel('pure', 'py3-none-any', ''));
    const tag = 'cp311-cp311-manylinux_2_28_x86_64';
    writeFileSync(join(wheels.path, `native-1.0-${tag}.whl`), await wheel('native', tag, ''));
    const code = 'def handler(event, context): pass';
    using listed = new TestFolder({ 'requirements.txt': '# what it needs\npure\nnative==1.0\n', 'app.py': code });
    using project = new TestFolder({
      'pyproject.toml': '[project]\nname = "p"\nversion = "1"\ndependencies = ["pure>=1"]\n',
      'src/app.py': code,
      'src/p/__init__.py': '',
    });
    await onlyFrom(wheels.path, async () => {
      const { files } = await packed(listed.path);
      assert.deepEqual(
        files.filter((path) => !path.includes('dist-info')),
        ['app.py', 'native/__init__.py', 'pure/__init__.py'],
      );
      const { files: own, handler } = await packed(project.path);
      assert.deepEqual(
        own.filter((path) => !path.includes('dist-info')),
        ['app.py', 'p/__init__.py', 'pure/__init__.py'],
      );
      assert.equal(handler, 'app.handler');
    });
  },
);

test(
  'what has no wheel for the runtime is not compiled on this machine but refused, with what to do',
  { skip },
  async () => {
    using wheels = new TestFolder({});
    writeFileSync(join(wheels.path, 'mac-1.0-cp311-cp311-macosx_11_0_arm64.whl'), await wheel('mac', 'x', ''));
    using folder = new TestFolder({ 'requirements.txt': 'mac', 'app.py': 'def handler(event, context): pass' });
    const failed = await onlyFrom(wheels.path, () => packed(folder.path).catch((error: unknown) => error));
    assert.ok(failed instanceof CliError);
    assert.match(failed.message, /No matching distribution found for mac/);
    assert.match(failed.hint ?? '', /Only wheels for Linux on x86-64/);
  },
);

test('without pip, what is missing is said', async () => {
  using folder = new TestFolder({ 'requirements.txt': 'x', 'app.py': 'def handler(event, context): pass' });
  const before = { ...process.env };
  mkdirSync(join(folder.path, 'bin'));
  const program = '#!/bin/sh\ncase "$*" in *pip*) exit 1 ;; *) echo python3.11 ;; esac\n';
  writeFileSync(join(folder.path, 'bin/python3'), program, { mode: 0o755 });
  process.env['VIRTUAL_ENV'] = folder.path;
  try {
    await assert.rejects(packed(folder.path), /requirements\.txt names packages to install, and \S+ has no pip/);
  } finally {
    process.env = before;
  }
});

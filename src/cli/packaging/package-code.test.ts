import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TestFolder } from '../../sdk/code/testing.ts';
import { unpackZip } from '../../store/zip/unpack.ts';
import { findSource } from './entry.ts';
import { packageCode, type PackageOptions } from './package-code.ts';

const options: PackageOptions = { runtime: 'nodejs24.x', handler: 'index.handler', handlerAsked: false, include: [] };

/** Packages `file`, unpacks it again and imports it as a runtime does; gives the module and the source map's sources. */
async function deployed(folder: TestFolder, file: string): Promise<{ module: unknown; sources: unknown }> {
  const { zip } = await packageCode(findSource(join(folder.path, file)), options);
  const files = new Map((await unpackZip(zip)).map(({ path, data }) => [path, Buffer.from(data)]));
  const target = join(folder.path, 'deployed.mjs');
  writeFileSync(target, files.get('f.mjs') ?? files.get('src/f.mjs') ?? '');
  const map: { sources: unknown } = JSON.parse(String(files.get('f.mjs.map')));
  return { module: await import(pathToFileURL(target).href), sources: map.sources };
}

test('a CommonJS file keeps its exports, whether they are assigned one by one or as a whole', async () => {
  for (const text of ['exports.handler = async () => 7;', 'module.exports = { handler: async () => 7 };']) {
    using folder = new TestFolder({ 'f.js': `const { sep } = require('node:path'); ${text}` });
    const { module } = await deployed(folder, 'f.js');
    assert.ok(
      typeof module === 'object' && module !== null && 'handler' in module && typeof module.handler === 'function',
    );
    assert.equal(await module.handler(), 7);
  }
});

test('the source map names sources as seen from the entry', async () => {
  using folder = new TestFolder({
    'src/f.ts': `import { n } from '../lib/n.ts'; export const handler = (): number => n;`,
    'lib/n.ts': 'export const n: number = 1;',
  });
  const { sources } = await deployed(folder, 'src/f.ts');
  assert.deepEqual(sources, ['../lib/n.ts', 'f.ts']);
});

test("a bundle's map has the user's columns, and of packages the lines", async () => {
  using folder = new TestFolder({
    'f.ts': `import { pick } from 'dep';
export const handler = (n: number): unknown => pick(n > 0 ? 'more' : 'less');`,
    'node_modules/dep/package.json': '{"main":"i.js"}',
    'node_modules/dep/i.js':
      'const one = (a) => a.length, two = (a) => a.trim();\n\nexports.pick = (a) => [one(a), two(a)];',
  });
  const { zip } = await packageCode(findSource(join(folder.path, 'f.ts')), options);
  const files = new Map((await unpackZip(zip)).map(({ path, data }) => [path, Buffer.from(data).toString()]));
  const code = (files.get('f.mjs') ?? '').split('\n');
  const map = new SourceMap(JSON.parse(files.get('f.mjs.map') ?? ''));
  const placeOf = (text: string): unknown[] => {
    const line = code.findIndex((each) => each.includes(text));
    const entry = map.findEntry(line, code[line]?.indexOf(text) ?? -1);
    return 'originalLine' in entry ? [entry.originalSource, entry.originalLine, entry.originalColumn] : [];
  };
  assert.deepEqual(placeOf('n > 0'), ['f.ts', 1, 52]);
  assert.deepEqual(placeOf('"more"'), ['f.ts', 1, 60]);
  assert.deepEqual(placeOf('two(a)]').slice(0, 2), ['node_modules/dep/i.js', 2]);
  assert.deepEqual(placeOf('a.trim()').slice(0, 2), ['node_modules/dep/i.js', 0]);
});

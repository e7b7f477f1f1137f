import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TestFolder } from '../sdk/code/testing.ts';
import { unpackZip } from '../store/zip/unpack.ts';
import { packageCode } from './package-code.ts';

/** Packages `file`, unpacks it again and imports it as a runtime does; gives the module and the source map's sources. */
async function deployed(folder: TestFolder, file: string): Promise<{ module: unknown; sources: unknown }> {
  const { zip } = await packageCode(join(folder.path, file), 'nodejs24.x');
  const files = new Map((await unpackZip(zip)).map(({ path, data }) => [path, Buffer.from(data)]));
  const target = join(folder.path, 'deployed.mjs');
  writeFileSync(target, files.get('index.mjs') ?? '');
  const map: { sources: unknown } = JSON.parse(String(files.get('index.mjs.map')));
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

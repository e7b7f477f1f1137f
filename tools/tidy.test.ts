import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStrayFiles } from './tidy/folders.ts';
import { findCycles, findWrongImports } from './tidy/imports.ts';
import { importExceptions, layers } from './tidy/layers.ts';
import { findEarlyLoads, loadedEarly } from './tidy/later.ts';
import { findLongFiles, lengthExceptions } from './tidy/lengths.ts';
import { findDeadPaths } from './tidy/paths.ts';
import { allSources } from './tidy/source.ts';
import { findBannedWords } from './tidy/words.ts';

const sources = allSources();
const rules = {
  findWrongImports,
  findCycles,
  findEarlyLoads,
  findLongFiles,
  findBannedWords,
  findStrayFiles,
  findDeadPaths,
};

for (const [name, rule] of Object.entries(rules))
  test(`the repository keeps the rule ${name}`, () => assert.deepEqual(rule(sources), []));

test('an import against the direction is found', () => {
  const text = "import type { Settings } from '../protocol/messages.ts';\n";
  assert.equal(findWrongImports([{ path: 'src/model/a.ts', text }]).length, 1);
  assert.equal(findWrongImports([{ path: 'src/agent/a.ts', text }]).length, 0);
  const driver = "\nimport {\n  a,\n} from '../gvisor/driver.ts';\n";
  assert.equal(findWrongImports([{ path: 'src/instance/microvm/a.ts', text: driver }])[0]?.line, 2);
  const dynamic = "await import('../daemon.ts');\n";
  assert.equal(findWrongImports([{ path: 'src/cli/other.ts', text: dynamic }]).length, 1);
});

test('a circle of imports is found, one of types is not', () => {
  const circle = (type: string): { path: string; text: string }[] => [
    { path: 'src/model/a.ts', text: `import { b } from './b.ts';\n` },
    { path: 'src/model/b.ts', text: `import ${type}{ a } from './a.ts';\n` },
  ];
  assert.equal(findCycles(circle('')).length, 1);
  assert.equal(findCycles(circle('type ')).length, 0);
  const itself = { path: 'src/model/a.ts', text: `type Self = typeof import('./a.ts');\n` };
  assert.equal(findCycles([itself]).length, 0);
});

test('what is loaded before it is used is found, with the way to it', () => {
  const graph = (how: string): { path: string; text: string }[] => [
    { path: 'src/daemon.ts', text: "import { a } from './frontend/a.ts';\n" },
    { path: 'src/frontend/a.ts', text: how },
    { path: 'src/events/queues/queues.ts', text: '' },
  ];
  const [found] = findEarlyLoads(graph("import { b } from '../events/queues/queues.ts';\n"));
  assert.match(found?.message ?? '', /src\/daemon\.ts → src\/frontend\/a\.ts → src\/events\/queues\/queues\.ts/);
  assert.deepEqual(findEarlyLoads(graph("const { b } = await import('../events/queues/queues.ts');\n")), []);
  assert.deepEqual(findEarlyLoads(graph("import type { b } from '../events/queues/queues.ts';\n")), []);
});

test('banned words are found where they are banned', () => {
  const found = (path: string, text: string): number => findBannedWords([{ path, text }]).length;
  assert.equal(found('src/model/a.ts', "console.log('x');"), 1);
  assert.equal(found('examples/a/index.ts', "console.log('x');"), 0);
  assert.equal(found('src/model/a.ts', 'const x: any = 1;'), 1);
  assert.equal(found('src/model/a.ts', '// what a text: any text, said as any would say it'), 0);
  assert.equal(found('src/model/a.ts', `// ${['TO', 'DO'].join('')} later`), 1);
  assert.equal(found('src/model/a.ts', 'export default 1;'), 1);
  assert.equal(found('src/model/a.ts', "import { b } from './b';"), 1);
  assert.equal(found('docs/a.md', `cd ${['', 'work', 'x'].join('/')}`), 1);
});

test('long and stray files are found', () => {
  assert.equal(findLongFiles([{ path: 'src/model/a.ts', text: 'a;\n'.repeat(201) }]).length, 1);
  assert.equal(findStrayFiles([{ path: 'misc/a.ts', text: '' }]).length, 1);
  assert.equal(findStrayFiles([{ path: 'src/utils/a.ts', text: '' }]).length, 1);
});

test('a path in the documentation that leads nowhere is found', () => {
  const found = (path: string, text: string): readonly number[] =>
    findDeadPaths([{ path, text }]).map(({ line }) => line);
  assert.deepEqual(found('docs/a.md', 'See\n`src/gone.ts`, and tools/gone/**/*.ts.'), [2, 2]);
  assert.deepEqual(found('README.md', 'See tools/tidy.ts, [it](docs/) and src/**/*.{ts,js}. Not /usr/src/x.'), []);
  assert.deepEqual(found('src/model/a.ts', '// src/gone.ts'), []);
  assert.deepEqual(
    found('docs/a.md', '[gone](gone.md#part)\n[there](STATUS.md#part), [elsewhere](https://example.com/gone)'),
    [1],
  );
});

test('exceptions are still needed', () => {
  const paths = new Set(sources.map((source) => source.path));
  for (const path of loadedEarly) assert.ok(paths.has(path), `${path} is gone`);
  for (const path of Object.keys(lengthExceptions)) assert.ok(paths.has(path), `${path} is gone`);
  for (const { from, to } of importExceptions) assert.ok(paths.has(from) && paths.has(to), `${from} → ${to} is gone`);
  const names = new Set(layers.map((layer) => layer.name));
  for (const layer of layers)
    for (const name of layer.mayImport)
      assert.ok(names.has(name), `${layer.name} may import ${name}, which is no layer`);
});

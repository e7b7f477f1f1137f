import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodes, TestedRuntime } from '../testing.ts';

// `started` must not leave before everything that has to be done before user code runs is done, or later than that.

/** Many functions: V8 takes long to parse them, and no time to run them. */
const lines = Array.from(
  { length: 60_000 },
  (_, i) => `const f${i} = function (a, b) { return [a, b, { ${i}: a }]; };`,
);
const slowToParse = lines.join('\n');

/** Blocks for 50 ms, and on until the test has seen `started` and opens the door; says for how long, or that the door stayed shut. */
const blocks = `
  globalThis.blocked = 'the door stayed shut';
  for (let n = 1; n < 12_000; n += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    if (n < 10 || !process.getBuiltinModule('node:fs').existsSync('door')) continue;
    globalThis.blocked = 'until started was seen';
    break;
  }`;
const seen = 'until started was seen';

function open({ taskRoot }: TestedRuntime): () => Promise<void> {
  return () => writeFile(join(taskRoot, 'door'), '');
}

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}, started leaves`, () => {
    const modules: readonly (readonly [string, Record<string, string>])[] = [
      ['CommonJS', { 'index.js': `'use strict';\n${slowToParse}\nexports.handler = async () => process.hrtime();` }],
      ['an ES module', { 'index.mjs': `${slowToParse}\nexport const handler = async () => 1;` }],
      [
        'an import of an ES module',
        {
          'index.mjs': `export { handler } from './part.mjs';`,
          'part.mjs': `${slowToParse}\nexport const handler = async () => 1;`,
        },
      ],
      ['an ES module by syntax', { 'index.js': `${slowToParse}\nexport const handler = async () => 1;` }],
    ];
    for (const [kind, files] of modules) {
      test(`after ${kind} was parsed`, async () => {
        await using runtime = await TestedRuntime.start(files, { node });
        const { startMs } = await runtime.first();
        // Parsing takes 80 ms and more on any machine of today; reading alone takes 2.
        assert.ok(startMs > 25, `started came after ${startMs} ms`);
      });
    }

    const tops: readonly (readonly [string, Record<string, string>])[] = [
      ['CommonJS', { 'index.js': `${blocks} exports.handler = async () => globalThis.blocked;` }],
      [
        'CommonJS that requires',
        { 'index.js': `require('./part'); exports.handler = async () => globalThis.blocked;`, 'part.js': blocks },
      ],
      [
        'an ES module',
        {
          'index.mjs': `import './part.mjs'; export const handler = async () => globalThis.blocked;`,
          'part.mjs': blocks,
        },
      ],
      [
        'an ES module that imports CommonJS',
        {
          'index.mjs': `import './part.cjs'; export const handler = async () => globalThis.blocked;`,
          'part.cjs': blocks,
        },
      ],
      ['an ES module by syntax', { 'index.js': `${blocks} export const handler = async () => globalThis.blocked;` }],
    ];
    for (const [kind, files] of tops) {
      test(`before the first line of ${kind} runs, and outside of it at once`, async () => {
        await using runtime = await TestedRuntime.start(files, { node });
        const { value, last, types } = await runtime.first(undefined, undefined, open(runtime));
        assert.equal(value, seen);
        assert.ok(last.initMs !== undefined && last.initMs > 45, `top level took ${last.initMs} ms`);
        assert.deepEqual(types, ['started', 'result']);
      });
    }
  });
}

test('started leaves before a handler that blocks, each time', async () => {
  const code = `exports.handler = async () => { ${blocks} return globalThis.blocked; };`;
  await using runtime = await TestedRuntime.start({ 'index.js': code });
  assert.equal((await runtime.first(undefined, undefined, open(runtime))).value, seen);
  await rm(join(runtime.taskRoot, 'door'));
  assert.equal((await runtime.invoke({}, {}, open(runtime))).value, seen);
});

test('a dependency with the syntax of an ES module does not run the module that requires it twice', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `process.stdout.write('once '); require('./part.cjs');`,
    'part.cjs': `import 'node:fs';`,
  });
  const { log, types, last } = await runtime.first();
  assert.ok(last.type === 'error' && last.error.errorType === 'Runtime.UserCodeSyntaxError', JSON.stringify(last));
  assert.equal(types.filter((type) => type === 'started').length, 1);
  assert.equal(log.match(/once /g)?.length, 1);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { nodes } from '../testing.ts';

/** Runs code beside a `Pristine` in a process of its own; gives what it printed, as JSON. */
function beside(node: string, code: string): unknown {
  const url = JSON.stringify(import.meta.resolve('./pristine.ts'));
  // What the runtime has loaded before.
  const first = ['crypto', 'net', 'perf_hooks', 'stream', 'worker_threads']
    .map((name) => `import 'node:${name}';`)
    .join('');
  const program = `${first} const { Pristine } = await import(${url}); const modules = () => process.moduleLoadList.length; ${code}`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(node, args, { encoding: 'utf8' }));
}

for (const [version, node] of Object.entries(nodes)) {
  test(`on Node ${version} what a process is like is kept without loading more of Node, and made so again`, () => {
    const seen = beside(
      node,
      `const before = modules(); const pristine = new Pristine(); const more = modules() - before;
       const { parse } = JSON; const { fetch, setTimeout } = globalThis;
       JSON.parse = () => 'mine'; globalThis.fetch = () => 'mine'; Array.prototype.mine = 1; delete globalThis.setTimeout; process.env.MINE = 'x';
       pristine.restore();
       console.log(JSON.stringify({ more, restored: JSON.parse === parse && globalThis.fetch === fetch && globalThis.setTimeout === setTimeout,
         left: [typeof [].mine, process.env.MINE ?? null] }));`,
    );
    assert.deepEqual(seen, { more: 0, restored: true, left: ['undefined', null] });
  });

  test(`on Node ${version} a global that Node loads late is kept from when somebody has needed it`, () => {
    const seen = beside(
      node,
      `const pristine = new Pristine(); const { Headers, ReadableStream } = globalThis; pristine.restore();
       globalThis.Headers = class {}; globalThis.ReadableStream = class {}; pristine.restore();
       console.log(JSON.stringify([globalThis.Headers === Headers, globalThis.ReadableStream === ReadableStream]));`,
    );
    assert.deepEqual(seen, [true, true]);
  });

  test(`on Node ${version} objects are compared where code from strings is forbidden`, () => {
    const seen = beside(
      node,
      `(await import('node:v8')).setFlagsFromString('--disallow-code-generation-from-strings');
       const pristine = new Pristine(); const { parse } = JSON; JSON.parse = () => 1; pristine.restore();
       console.log(JSON.stringify(JSON.parse === parse));`,
    );
    assert.equal(seen, true);
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodes, TestedRuntime } from './testing.ts';

// What a copied process must not share, what user code finds around it, and what it cannot break by accident.

const random = {
  'index.mjs': `import { Worker } from 'node:worker_threads'; import vm from 'node:vm';
    const inWorker = () => new Promise((r) => new Worker('require("node:worker_threads").parentPort.postMessage(Math.random())', { eval: true }).on('message', r));
    export const handler = async () => [Math.random(), await inWorker(), await inWorker(), vm.runInNewContext('Math.random()')];`,
};

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}`, () => {
    test('Math.random follows the seed of init, and worker threads do not repeat it', async () => {
      await using one = await TestedRuntime.start(random, { node });
      await using same = await TestedRuntime.start(random, { node });
      await using other = await TestedRuntime.start(random, { node });
      one.init({ randomSeed: 77 });
      same.init({ randomSeed: 77 });
      other.init({ randomSeed: 78 });
      const values = await Promise.all([one, same, other].map(async (r) => (await r.invoke()).value));
      const [first, second, third] = values.map((value) => (Array.isArray(value) ? value.map(String) : []));
      assert.equal(first?.[0], second?.[0], 'the seed was not used: somebody called Math.random before init');
      assert.notEqual(first?.[0], third?.[0]);
      assert.equal(new Set([...(first ?? []), ...(second ?? []).slice(1), ...(third ?? [])]).size, 11);
    });

    test('a blank runtime asks for no random numbers, no time, no host name', async () => {
      const spy = `
        const calls = []; globalThis[Symbol.for('calls')] = calls;
        const watch = (object, name) => { const real = object[name]; object[name] = function (...args) { calls.push(name); return Reflect.apply(real, this, args); }; };
        watch(Math, 'random'); watch(Date, 'now'); watch(require('os'), 'hostname');
        const crypto = require('crypto');
        for (const f of ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'getRandomValues']) watch(crypto, f);
        require('module').syncBuiltinESMExports();`;
      await using runtime = await TestedRuntime.start(
        { 'spy.cjs': spy, 'index.js': `exports.handler = async () => globalThis[Symbol.for('calls')];` },
        { node, preload: 'spy.cjs' },
      );
      // The one call that seeds, and the two that look whether the clock was set: both at init.
      const { value } = await runtime.first();
      assert.deepEqual(value, ['random', 'now']);
    });

    test('the environment is exactly what init says', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `exports.handler = async () => [process.env, process.cwd() === __dirname, new Date(0).toString()];`,
        },
        { node, env: { LEFT_OVER: '1', A: 'old' } },
      );
      runtime.init({ environment: { A: '1', TZ: ':UTC', EMPTY: '' } });
      const { value } = await runtime.invoke();
      assert.ok(Array.isArray(value));
      assert.deepEqual(value[0], { A: '1', TZ: ':UTC', EMPTY: '' });
      assert.equal(value[1], true);
      assert.match(String(value[2]), /00:00:00 GMT\+0000/);
    });

    test('a child process of user code does not hold the data channel', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `const { execFileSync, fork } = require('node:child_process'); const fs = require('node:fs');
          exports.handler = async () => {
            const mine = fs.readlinkSync('/proc/self/fd/3');
            const theirs = execFileSync('/bin/sh', ['-c', 'for f in /proc/$$/fd/*; do readlink $f || true; done']).toString().split('\\n');
            return [mine.startsWith('socket:'), theirs.includes(mine)];
          };`,
        },
        { node },
      );
      assert.deepEqual((await runtime.first()).value, [true, false]);
    });

    test('user code that replaces what the runtime uses does not break it', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `
          const broken = () => { throw new Error('replaced'); };
          JSON.parse = JSON.stringify = broken;
          console.log = console.error = broken; globalThis.console = undefined;
          Object.defineProperty(process, 'stdout', { value: null });
          process.exit = process.resourceUsage = process.chdir = broken;
          Date.now = performance.now = Math.random = Math.ceil = broken;
          globalThis.setTimeout = globalThis.setImmediate = globalThis.queueMicrotask = broken;
          require('node:fs').writeSync = broken; require('node:module').syncBuiltinESMExports();
          globalThis.Date = globalThis.JSON = globalThis.Error = undefined;
          exports.handler = async (event, context) => { context.getRemainingTimeInMillis(); return event; };`,
        },
        { node },
      );
      assert.deepEqual((await runtime.first('index.handler', { a: 1 })).value, { a: 1 });
      assert.deepEqual((await runtime.invoke({ b: 2 })).value, { b: 2 });
    });

    test('user code that reads stdin or waits for messages disturbs nothing', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `process.stdin.resume(); process.stdin.on('end', () => {}); process.on('message', () => {}); process.on('disconnect', () => {});
          exports.handler = async () => [process.send === undefined, process.connected === undefined];`,
        },
        { node },
      );
      assert.deepEqual((await runtime.first()).value, [true, true]);
      assert.deepEqual((await runtime.invoke()).value, [true, true]);
    });

    test('nothing of the rehearsal is left', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'index.js': `exports.handler = async () => [Object.keys(require.cache).filter((file) => file !== __filename), require('node:fs').readdirSync(require('node:os').tmpdir()).filter((name) => name.startsWith('.heddle-rehearsal-' + process.pid))];`,
        },
        { node },
      );
      assert.deepEqual((await runtime.first()).value, [[], []]);
    });
  });
}

test('a runtime with no folder to rehearse in works, only later', async () => {
  await using runtime = await TestedRuntime.start(
    { 'index.mjs': `export const handler = async () => 1;` },
    { env: { TMPDIR: '/proc/none' } },
  );
  assert.equal((await runtime.first()).value, 1);
});

test('a runtime whose host goes away ends', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => { setInterval(() => {}, 1000); };`,
  });
  await runtime.first();
  runtime.hangUp();
  assert.equal(await runtime.exited, 0);
});

test('a runtime that is asked out of order ends and says why', async () => {
  await using runtime = await TestedRuntime.start({});
  runtime.send({});
  assert.equal(await runtime.exited, 1);
  assert.match(await runtime.output, /The host sent `invoke` before `init`/);
});

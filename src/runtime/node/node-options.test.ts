import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodes, TestedRuntime } from './testing.ts';

// What a function's environment says to Node, as on AWS: in the process that waits, or in one of the function's own.

const environment = (more: Record<string, string>): Record<string, string> => ({
  TZ: ':UTC',
  PATH: '/usr/bin:/bin',
  ...more,
});

for (const [version, node] of Object.entries(nodes)) {
  describe(`On Node ${version}`, () => {
    test('NODE_OPTIONS load modules first, by require and by import, in the process that is there', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'first.js': 'globalThis.order = ["first"]; console.log("preloaded");',
          'node_modules/second/index.mjs': 'globalThis.order.push("second"); process.env._HANDLER = "other.handler";',
          'node_modules/second/package.json': '{"exports":"./index.mjs"}',
          'other.js': 'exports.handler = async () => [globalThis.order, process.pid, Error.stackTraceLimit];',
        },
        { node },
      );
      runtime.init({
        environment: environment({ NODE_OPTIONS: '--import second --require ./first --stack-trace-limit=3' }),
      });
      const { value, types, log } = await runtime.invoke();
      assert.deepEqual(value, [['first', 'second'], runtime.process.pid, 3]);
      assert.deepEqual(types, ['started', 'log', 'result'], 'started comes before what is preloaded');
      assert.match(log, /\tINFO\tpreloaded\n$/);
    });

    test('other options have a Node of their own, which serves what was sent already and ends as it likes', async () => {
      await using runtime = await TestedRuntime.start(
        {
          'first.js': 'globalThis.loaded = true;',
          'index.js': `const http = require('node:http'), v8 = require('node:v8');
            exports.handler = async ({ end, text }) => {
              if (end) process.kill(process.pid, 'SIGKILL');
              return [globalThis.loaded, http.maxHeaderSize, process.ppid, text?.length, process.env._HEDDLE_OWN_NODE ?? null];
            };`,
        },
        { node },
      );
      runtime.init({ environment: environment({ NODE_OPTIONS: '-r ./first --max-http-header-size=20000' }) });
      const large = await runtime.invoke({ text: 'x'.repeat(3_000_000) });
      assert.deepEqual(large.value, [true, 20_000, runtime.process.pid, 3_000_000, null]);
      assert.deepEqual((await runtime.invoke({})).value, [true, 20_000, runtime.process.pid, null, null]);
      runtime.send({ end: true });
      assert.equal(await runtime.exited, 'SIGKILL');
    });

    test('what Node does not know ends the container as on AWS', async () => {
      await using runtime = await TestedRuntime.start({}, { node });
      runtime.init({ environment: environment({ NODE_OPTIONS: '--no-such-option' }) });
      runtime.send({});
      assert.equal(await runtime.exited, 9);
      assert.match(await runtime.output, /--no-such-option is not allowed in NODE_OPTIONS/);
    });

    test('AWS_LAMBDA_EXEC_WRAPPER starts the runtime, its program last on the command line', async () => {
      await using runtime = await TestedRuntime.start(
        {
          wrap: '#!/bin/sh\nexport WRAPPED="${0##*/} $#"; export _HANDLER=two.handler; exec "$@"\n',
          'two.js':
            'exports.handler = async () => [process.env.WRAPPED, process.argv[1].endsWith(".mjs"), process.argv.length];',
        },
        { node },
      );
      const wrapper = join(runtime.taskRoot, 'wrap');
      await chmod(wrapper, 0o755);
      runtime.init({ environment: environment({ AWS_LAMBDA_EXEC_WRAPPER: wrapper }) });
      const { value } = await runtime.invoke();
      assert.ok(Array.isArray(value));
      assert.match(String(value[0]), /^wrap \d$/);
      assert.deepEqual(value.slice(1), [true, 2]);
    });

    test('NODE_PATH is where require looks', async () => {
      await using runtime = await TestedRuntime.start(
        { 'more/part/index.js': 'module.exports = 5;', 'index.js': 'exports.handler = async () => require("part");' },
        { node },
      );
      runtime.init({ environment: environment({ NODE_PATH: join(runtime.taskRoot, 'more') }) });
      assert.equal((await runtime.invoke()).value, 5);
    });

    test('NODE_PATH is where import looks, too, as on AWS', async () => {
      const only = { name: 'only', exports: { import: './index.mjs' } };
      const files = {
        'layer/node_modules/only/package.json': JSON.stringify(only),
        'layer/node_modules/only/index.mjs': "import deep from 'deep'; export const value = 'only ' + deep;",
        'layer/node_modules/deep/index.js': "module.exports = 'deep';",
        'node_modules/own/index.js': "module.exports = 'own';",
        'layer/node_modules/own/index.js': "module.exports = 'of the layer';",
        'more/part/index.js': 'module.exports = 5;',
        'index.mjs': `import { value } from 'only'; import own from 'own'; import part from 'part';
          const none = await import('nowhere').catch((error) => error.code);
          export const handler = async () => [value, own, part, none];`,
      };
      await using runtime = await TestedRuntime.start(files, { node });
      const folders = [join(runtime.taskRoot, 'layer/node_modules'), join(runtime.taskRoot, 'more')];
      runtime.init({ environment: environment({ NODE_PATH: folders.join(':') }) });
      assert.deepEqual((await runtime.invoke()).value, ['only deep', 'own', 5, 'ERR_MODULE_NOT_FOUND']);
    });
  });
}

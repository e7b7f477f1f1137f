import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestedRuntime } from './testing.ts';

test('the end of initialisation is said once, after the top level and before the handler', async () => {
  const code = 'console.log("top"); exports.handler = () => console.log("in");';
  await using runtime = await TestedRuntime.start({ 'index.js': code });
  assert.deepEqual((await runtime.first()).types, ['started', 'log', 'log', 'result']);
  assert.deepEqual((await runtime.invoke()).types, ['started', 'log', 'result']);
  // After hello, started and the first log.
  assert.deepEqual(runtime.initialised, [3]);
});

test('a module that fails is never said to be initialised', async () => {
  await using runtime = await TestedRuntime.start({ 'index.js': 'throw new Error("top");' });
  assert.equal((await runtime.first()).last.type, 'error');
  assert.deepEqual(runtime.initialised, []);
});

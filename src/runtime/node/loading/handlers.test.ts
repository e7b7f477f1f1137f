import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerCases } from '../invocation/answer-cases.ts';
import { nodes, TestedRuntime } from '../testing.ts';
import { moduleCases } from './module-cases.ts';

// What a handler may be, where it may be, and what it gives: AWS Lambda's rules.

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}, the runtime runs`, { concurrency: 2 }, () => {
    for (const { title, files, handler, event, gives, node: only } of [...moduleCases, ...answerCases]) {
      if (only !== undefined && only !== name) continue;
      test(title, async () => {
        await using runtime = await TestedRuntime.start(files, { node });
        const answer = await runtime.first(handler, event);
        assert.deepEqual(answer.value, gives, JSON.stringify(answer.last));
        assert.deepEqual(answer.types, ['started', 'result']);
        // The container is reused: the same again, without loading.
        const again = await runtime.invoke(event);
        assert.deepEqual(again.value, gives);
        assert.equal(again.last.initMs, undefined);
      });
    }
  });
}

test('an empty payload is an empty object, and client context is parsed', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async (event, context) => [event, context.clientContext];`,
  });
  runtime.init();
  const answer = await runtime.invoke({}, { payload: Buffer.alloc(0), clientContext: '{"custom":{"a":1}}' });
  assert.deepEqual(answer.value, [{}, { custom: { a: 1 } }]);
});

test('an answer of 6 MiB and a hundred bytes arrives whole, and one byte more is refused in the words of AWS Lambda', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async (event) => 'x'.repeat(event.length - 2);`,
  });
  const bytes = 6_291_556;
  const whole = await runtime.first('index.handler', { length: bytes });
  assert.equal(whole.last.type === 'result' && whole.last.payload.length, bytes);
  const over = await runtime.invoke({ length: bytes + 1 });
  assert.deepEqual(over.last.type === 'error' && over.last.error, {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${bytes} bytes).`,
  });
  assert.equal((await runtime.invoke({ length: 9 })).value, 'xxxxxxx');
});

test('peak memory is measured, and the top level of the module is timed', async () => {
  await using runtime = await TestedRuntime.start({
    'index.mjs': `await new Promise((r) => setTimeout(r, 50)); globalThis.big = Buffer.alloc(200 << 20, 1); export const handler = async () => 1;`,
  });
  const { last } = await runtime.first();
  assert.ok(last.memoryPeakMb > 200 && last.memoryPeakMb < 400, `${last.memoryPeakMb} MiB`);
  assert.ok(last.initMs !== undefined && last.initMs >= 50, `${last.initMs} ms`);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorBody } from '../../../protocol/error-body.ts';
import { nodes, TestedRuntime } from '../testing.ts';
import { initErrorCases } from './init-error-cases.ts';
import { invokeErrorCases } from './invoke-error-cases.ts';

for (const [name, node] of Object.entries(nodes)) {
  describe(`On Node ${name}, the runtime reports`, { concurrency: 2 }, () => {
    for (const { title, files, handler, phase, errorType, errorMessage, trace, exitCode, started, node: only } of [
      ...initErrorCases,
      ...invokeErrorCases,
    ]) {
      if (only !== undefined && only !== name) continue;
      test(title, async () => {
        await using runtime = await TestedRuntime.start(files, { node });
        const { last, types, log } = await runtime.first(handler);
        assert.equal(last.type, 'error');
        assert.ok(last.type === 'error');
        assert.equal(last.error.errorType, errorType, JSON.stringify(last));
        assert.match(last.error.errorMessage, errorMessage);
        assert.match(last.error.trace?.join('\n') ?? '', trace ?? /(?:)/);
        assert.equal(last.phase, phase);
        assert.deepEqual(types, started ? ['started', 'log', 'error'] : ['log', 'error']);
        assert.match(log, /\tERROR\t(Invoke Error|Uncaught Exception|Unhandled Promise Rejection) \t\{"errorType":/);
        assert.equal(last.exits, exitCode === undefined ? undefined : true);
        if (exitCode === undefined) assert.equal((await runtime.invoke()).last.type, 'error');
        else assert.equal(await runtime.exited, exitCode);
      });
    }
  });
}

test('a payload that is not JSON is an error of its own, and the next one is served', async () => {
  await using runtime = await TestedRuntime.start({ 'index.js': `exports.handler = async () => 1;` });
  runtime.init();
  const { last, types } = await runtime.invoke({}, { payload: Buffer.from('{') });
  assert.deepEqual(types, ['error']);
  assert.ok(last.type === 'error' && last.error.errorType === 'Runtime.UnmarshalError');
  assert.equal((await runtime.invoke()).value, 1);
  assert.deepEqual(runtime.initialised, [], 'initialised has no place after the first invocation');
});

test('process.exit ends the container, and what was printed before has arrived', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => { process.stdout.write('last words'); process.exit(3); };`,
  });
  runtime.init();
  runtime.send({});
  assert.deepEqual(await runtime.receive(), { type: 'started' });
  assert.deepEqual(await runtime.receive(), { type: 'log', text: 'last words' });
  await assert.rejects(runtime.receive());
  assert.equal(await runtime.exited, 3);
});

test('an exception between invocations ends the process, and its text is in the output of the container', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `exports.handler = async () => { setTimeout(() => { throw new Error('too late'); }, 1); };`,
  });
  assert.equal((await runtime.first()).value, null);
  assert.equal(await runtime.exited, 129);
  assert.match(await runtime.output, /\t8f507cfc-0000-4000-8000-000000000001\tERROR\tUncaught Exception \t.*too late/);
});

test('a rejection in the turn of the answer is named in its log, the answer stands, and the process ends', async () => {
  await using runtime = await TestedRuntime.start({
    'index.js': `const lose = async () => { throw new RangeError('lost'); }; exports.handler = async () => { lose(); return 'kept'; };`,
  });
  const { value, log, last } = await runtime.first();
  assert.equal(value, 'kept');
  assert.match(log, /\tERROR\tUnhandled Promise Rejection \t\{"errorType":"Runtime.UnhandledPromiseRejection".*lost/);
  assert.equal(last.spent, true);
  assert.equal(await runtime.exited, 128);
});

test('anything thrown can be reported, whatever its getters do', () => {
  const hostile = new Error('x');
  Object.defineProperty(hostile, 'stack', {
    get: () => {
      throw new Error('no stack');
    },
  });
  const longStack = new Error('long');
  longStack.stack = 'line\n'.repeat(200_000);
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
    },
  );
  for (const thrown of [
    undefined,
    null,
    5n,
    Symbol('s'),
    hostile,
    throwing,
    longStack,
    Object.create(null),
    'x'.repeat(1e6),
  ]) {
    const body = errorBody(thrown);
    assert.equal(typeof body.errorType, 'string');
    assert.ok(body.errorMessage.length <= 131_073);
    assert.ok((body.trace?.length ?? 0) <= 1_000);
  }
});

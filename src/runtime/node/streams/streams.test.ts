import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../model/limits.ts';
import { partWeight } from '../../../protocol/answer-window.ts';
import type { RuntimeMessage } from '../../../protocol/messages.ts';
import { nodes, TestedRuntime } from '../testing.ts';

const streamed = (body: string): Record<string, string> => ({
  'index.mjs': `import { setTimeout } from 'node:timers/promises'; import { once } from 'node:events'; import { pipeline } from 'node:stream/promises';
    export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });`,
});

async function begun(body: string, node = nodes['24']): Promise<TestedRuntime> {
  const runtime = await TestedRuntime.start(streamed(body), { node });
  runtime.init();
  runtime.send({}, { stream: true });
  return runtime;
}

/** The next message that is neither log nor start. */
async function next(runtime: TestedRuntime): Promise<RuntimeMessage> {
  for (;;) {
    const message = await runtime.receive();
    if (message.type !== 'started' && message.type !== 'log') return message;
  }
}

async function part(runtime: TestedRuntime): Promise<string> {
  const message = await next(runtime);
  assert.ok(message.type === 'part', message.type);
  return Buffer.from(message.data).toString();
}

for (const [name, node] of Object.entries(nodes))
  test(`Node ${name} sends each write at once, and its last word when handler and stream have ended`, async () => {
    await using runtime = await begun(
      `stream.setContentType('text/plain'); stream.write('one'); await setTimeout(1); stream.write({ two: 2 }); stream.write(''); stream.end('three');`,
      node,
    );
    assert.deepEqual(await next(runtime), { type: 'stream', contentType: 'text/plain' });
    assert.deepEqual([await part(runtime), await part(runtime), await part(runtime)], ['one', '{"two":2}', 'three']);
    const last = await next(runtime);
    assert.ok(last.type === 'result' && last.payload.length === 0 && last.ranMs !== undefined);
  });

test('a prelude and the first write are one part, and a prelude alone is one', async () => {
  await using runtime = await begun(
    `const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); if (event.x === undefined) out.write('body'); out.end();`,
  );
  const contentType = 'application/vnd.awslambda.http-integration-response';
  assert.deepEqual(await next(runtime), { type: 'stream', contentType });
  assert.equal(await part(runtime), `{"statusCode":201}${'\0'.repeat(8)}body`);
  assert.equal((await next(runtime)).type, 'result');
  runtime.send({ x: 1 }, { stream: true });
  assert.deepEqual(await next(runtime), { type: 'stream', contentType });
  assert.equal(await part(runtime), `{"statusCode":201}${'\0'.repeat(8)}`);
  assert.equal((await next(runtime)).type, 'result');
});

test('a writer waits for drain while nobody takes what it wrote, its timers and log go on, and it ends when all is taken', async () => {
  await using runtime = await begun(
    `const chunk = Buffer.alloc(65_536, 'x'); let drained = true; let waits = 0; stream.on('drain', () => (drained = true));
     for (let i = 0; i < 32; i++) if (!stream.write(chunk)) {
       drained = false; await setTimeout(20); if (drained) continue;
       console.log('waited ' + ++waits); await once(stream, 'drain'); }
     stream.end();`,
  );
  assert.equal((await next(runtime)).type, 'stream');
  let untaken = 0;
  let bytes = 0;
  for (let message = await runtime.receive(); message.type !== 'log' || !message.text.includes('waited 1');) {
    if (message.type === 'part') {
      untaken += partWeight(message.data.length);
      bytes += message.data.length;
    }
    message = await runtime.receive();
  }
  assert.ok(untaken <= limits.streamWindowBytes && bytes > limits.streamWindowBytes / 2, `${untaken}`);
  for (;;) {
    if (untaken > 0) runtime.tell({ type: 'took', bytes: untaken });
    untaken = 0;
    const message = await next(runtime);
    if (message.type === 'result') break;
    assert.ok(message.type === 'part');
    untaken = partWeight(message.data.length);
    bytes += message.data.length;
  }
  assert.equal(bytes, 32 * 65_536);
});

test('what was written before a handler failed comes first', async () => {
  await using runtime = await begun(`stream.write(Buffer.alloc(400_000, 'x')); throw new RangeError('mid');`);
  assert.equal((await next(runtime)).type, 'stream');
  let bytes = 0;
  for (;;) {
    const message = await next(runtime);
    if (message.type === 'error') {
      assert.deepEqual([message.error.errorType, message.error.errorMessage, bytes], ['RangeError', 'mid', 400_000]);
      return;
    }
    assert.ok(message.type === 'part');
    bytes += message.data.length;
    runtime.tell({ type: 'took', bytes: partWeight(message.data.length) });
  }
});

test('a caller who leaves destroys the stream; the handler goes on, and the next invocation is served', async () => {
  await using runtime = await begun(
    `stream.on('error', (error) => console.log('told: ' + error.code)); stream.write('a');
     while (!stream.destroyed) await setTimeout(1); await setTimeout(5); stream.write('nobody'); console.log('went on');`,
  );
  assert.equal((await next(runtime)).type, 'stream');
  assert.equal(await part(runtime), 'a');
  runtime.tell({ type: 'left' });
  const words: string[] = [];
  for (;;) {
    const message = await runtime.receive();
    if (message.type === 'log') words.push(message.text.trim().split('\t').at(-1) ?? '');
    else {
      assert.equal(message.type, 'result', JSON.stringify(message));
      break;
    }
  }
  assert.deepEqual(words, ['told: ECONNRESET', 'went on']);
  runtime.tell({ type: 'took', bytes: 5 });
  runtime.send({}, { stream: true });
  assert.equal((await next(runtime)).type, 'stream');
});

test('a handler that fails because its caller left has not failed', async () => {
  await using runtime = await begun(
    `await pipeline(async function* () { for (;;) { yield 'x'; await setTimeout(1); } }, stream);`,
  );
  assert.equal((await next(runtime)).type, 'stream');
  runtime.tell({ type: 'left' });
  let last = await next(runtime);
  while (last.type === 'part') last = await next(runtime);
  assert.equal(last.type, 'result', JSON.stringify(last));
});

test('an answer that is too large ends with a clear word', async () => {
  await using runtime = await begun(
    `const chunk = Buffer.alloc(4 << 20); for (let i = 0; i < 51; i++) if (!stream.write(chunk)) await once(stream, 'drain'); stream.end();`,
  );
  assert.equal((await next(runtime)).type, 'stream');
  for (;;) {
    const message = await next(runtime);
    if (message.type === 'part') runtime.tell({ type: 'took', bytes: partWeight(message.data.length) });
    else {
      assert.ok(message.type === 'error');
      assert.equal(message.error.errorType, 'Function.ResponseSizeTooLarge');
      assert.match(message.error.errorMessage, /\(209715200 bytes\)/);
      return;
    }
  }
});

test('a content type that is no header is sent as any', async () => {
  await using runtime = await begun(`stream.setContentType('a\\nb'); stream.end('x');`);
  assert.deepEqual(await next(runtime), { type: 'stream', contentType: 'application/octet-stream' });
});

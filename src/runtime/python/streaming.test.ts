import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../../model/limits.ts';
import { partWeight } from '../../protocol/answer-window.ts';
import type { RuntimeMessage } from '../../protocol/messages.ts';
import type { TestedRuntime } from '../node/testing.ts';
import { python, startPython } from './testing.ts';

async function begun(code: string): Promise<TestedRuntime> {
  const runtime = await startPython({ 'app.py': code });
  runtime.init({ handler: 'app.handler' });
  runtime.send({}, { stream: true });
  return runtime;
}

/** All messages to the last word, each part taken as it comes, but the log and what every invocation has. */
async function taken(runtime: TestedRuntime): Promise<readonly RuntimeMessage[]> {
  const messages: RuntimeMessage[] = [];
  for (;;) {
    const message = await runtime.receive();
    if (message.type === 'started' || message.type === 'log') continue;
    messages.push(message);
    if (message.type === 'part') runtime.tell({ type: 'took', bytes: partWeight(message.data.length) });
    else if (message.type === 'result' || message.type === 'error') return messages;
  }
}

const texts = (messages: readonly RuntimeMessage[]): readonly string[] =>
  messages.flatMap((message) => (message.type === 'part' ? [Buffer.from(message.data).toString()] : []));

describe('An answer of Python that is a generator', { skip: python === undefined }, () => {
  test('goes out as it is made, bytes and text', async () => {
    await using runtime = await begun('def handler(e, c):\n  yield b"one"\n  yield "zwei é"\n  yield bytearray(b"3")');
    const messages = await taken(runtime);
    assert.deepEqual(messages[0], { type: 'stream', contentType: 'application/octet-stream' });
    assert.deepEqual(texts(messages), ['one', 'zwei é', '3']);
    const last = messages.at(-1);
    assert.ok(last?.type === 'result' && last.payload.length === 0);
  });

  test('is made no faster than it is taken', async () => {
    await using runtime = await begun('def handler(e, c):\n  return (b"x" * 65536 for _ in range(64))');
    const held: number[] = [];
    const room = (): boolean =>
      limits.streamWindowBytes - held.reduce((sum, bytes) => sum + bytes, 0) >= partWeight(limits.streamPartBytesMax);
    while (room()) {
      const message = await runtime.receive();
      if (message.type === 'part') held.push(partWeight(message.data.length));
    }
    for (const bytes of held) runtime.tell({ type: 'took', bytes });
    const rest = texts(await taken(runtime));
    assert.equal(rest.join('').length, 64 * 65_536 - held.reduce((sum, bytes) => sum + bytes - partWeight(0), 0));
  });

  test('ends with what it raises, or with what is no part of an answer', async () => {
    await using raising = await begun('def handler(e, c):\n  yield "a"\n  raise ValueError("mid")');
    const raised = (await taken(raising)).at(-1);
    assert.ok(raised?.type === 'error' && raised.error.errorType === 'ValueError', JSON.stringify(raised));
    await using wrong = await begun('def handler(e, c):\n  yield {"a": 1}');
    const refused = (await taken(wrong)).at(-1);
    assert.ok(refused?.type === 'error');
    assert.equal(refused.error.errorMessage, 'Unable to marshal response: a streamed answer is bytes or str, not dict');
  });

  test('is closed when its caller leaves, and the next invocation is served', async () => {
    await using runtime = await begun(
      'def handler(e, c):\n  try:\n    while True: yield b"x" * 65536\n  finally: print("closed")',
    );
    for (let message = await runtime.receive(); message.type !== 'part';) message = await runtime.receive();
    runtime.tell({ type: 'left' });
    let log = '';
    for (;;) {
      const message = await runtime.receive();
      if (message.type === 'log') log += message.text;
      if (message.type === 'result') break;
      assert.notEqual(message.type, 'error');
    }
    assert.equal(log, 'closed\n');
    runtime.send({}, { stream: true });
    assert.equal((await runtime.receive()).type, 'started');
  });

  test('is an error to a caller who wants it whole, and a value is whole for one who streams', async () => {
    await using runtime = await startPython({ 'app.py': 'def handler(e, c): return iter([b"a"]) if e else 5' });
    runtime.init({ handler: 'app.handler' });
    const { last } = await runtime.invoke({ any: 1 });
    assert.ok(last.type === 'error' && last.error.errorType === 'Runtime.MarshalError');
    assert.equal((await runtime.invoke(0, { stream: true })).value, 5);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../../test/simulation/service.ts';
import type { AnswerSource, AnswerTaker } from '../../../model/invocations/answer-stream.ts';
import { CapacityError, InstanceLostError, PausedError } from '../../../model/errors.ts';
import type { InvocationOutcome } from '../../../model/invocations/invocation.ts';
import { fakeWorkerManager, outcomeOf } from '../../testing/fake-worker-manager.ts';
import { invokeStreamed, type StreamedAnswer } from './streamed-answer.ts';

const start = {
  contentType: 'text/plain',
  startPath: 'reused-container',
  startMs: 1,
  instanceId: 'i',
  containerId: 'c',
} as const;
const nobody = new AbortController().signal;

/** A function that streams these parts; what its source hears, and how it is ended. */
async function streaming(...parts: readonly string[]): Promise<{
  readonly answer: StreamedAnswer;
  readonly heard: unknown[];
  readonly end: PromiseWithResolvers<InvocationOutcome>;
  /** Its container stands still. */
  readonly pause: () => void;
}> {
  const heard: unknown[] = [];
  const end = Promise.withResolvers<InvocationOutcome>();
  const manager = fakeWorkerManager();
  let taker: AnswerTaker | undefined;
  manager.behaviour = ({ answer }) => {
    taker = answer;
    const source: AnswerSource = { took: (part) => heard.push(String(part)), leave: () => heard.push('left') };
    answer?.began(start, source);
    for (const part of parts) answer?.part(Buffer.from(part));
    return end.promise;
  };
  const invocation = { function: functionOf('f'), requestId: 'r', payload: Buffer.from('{}'), receivedAt: 0 };
  const answer = await invokeStreamed(manager, invocation, nobody);
  return { answer, heard, end, pause: () => taker?.paused?.(new PausedError('It was paused.')) };
}

async function invoked(behaviour: () => Promise<InvocationOutcome>): Promise<StreamedAnswer> {
  const manager = fakeWorkerManager();
  manager.behaviour = behaviour;
  const invocation = { function: functionOf('f'), requestId: 'r', payload: Buffer.from('{}'), receivedAt: 0 };
  return invokeStreamed(manager, invocation, nobody);
}

test('a part is taken when the next is asked for, and all have come before the end', async () => {
  const { answer, heard, end } = await streaming('a', 'bc');
  assert.deepEqual(answer.start, start);
  const parts = answer.parts[Symbol.asyncIterator]();
  assert.equal(String((await parts.next()).value), 'a');
  assert.deepEqual(heard, []);
  assert.equal(String((await parts.next()).value), 'bc');
  assert.deepEqual(heard, ['a']);
  const last = parts.next();
  end.resolve(outcomeOf(Buffer.alloc(0), { streamedBytes: 3 }));
  assert.equal((await last).done, true);
  assert.equal((await answer.outcome).streamedBytes, 3);
});

test('who reads an answer whose container is paused is told at once, after what had come', async () => {
  const { answer, heard, end, pause } = await streaming('a');
  const reading = Array.fromAsync(answer.parts, String);
  pause();
  await assert.rejects(answer.outcome, PausedError);
  assert.deepEqual(await reading, ['a']);
  // User code finds its stream destroyed, and runs on to its end, which nobody reads.
  assert.deepEqual(heard, ['left']);
  end.resolve(outcomeOf(Buffer.alloc(0)));
});

test('who leaves, also while he waits, is given nothing more, and the source is told once', async () => {
  const { answer, heard } = await streaming();
  const waiting = answer.parts[Symbol.asyncIterator]().next();
  answer.leave();
  answer.leave();
  assert.equal((await waiting).done, true);
  assert.deepEqual(heard, ['left']);
});

test('what was lost under way is told by the outcome, and not by the parts', async () => {
  const { answer, end } = await streaming('a');
  end.reject(new InstanceLostError('lost'));
  assert.equal((await Array.fromAsync(answer.parts)).length, 1);
  await assert.rejects(answer.outcome, InstanceLostError);
});

test('an answer that is not streamed is one part, a function error none, and a refusal is thrown', async () => {
  const whole = await invoked(async () => outcomeOf(Buffer.from('{"a":1}')));
  assert.equal(whole.streamed, false);
  assert.equal(Buffer.concat(await Array.fromAsync(whole.parts)).toString(), '{"a":1}');
  const result = { ok: false, functionError: 'Unhandled', payload: Buffer.from('{}') } as const;
  const failed = await invoked(async () => outcomeOf(Buffer.alloc(0), { result }));
  assert.deepEqual(await Array.fromAsync(failed.parts), []);
  await assert.rejects(
    invoked(() => Promise.reject(new CapacityError('Full.', 1))),
    CapacityError,
  );
});

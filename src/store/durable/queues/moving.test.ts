import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf, openPart, received } from './testing/open-part.ts';

const account = '123456789012';

function failed(): ReturnType<typeof openPart> & { readonly dead: number } {
  const part = openPart();
  const dead = part.make('dead');
  const [one, two] = [part.make('one', { deadLetter: 'dead' }), part.make('two', { deadLetter: 'dead' })];
  for (const [queue, name] of [
    [one, 'one'],
    [two, 'two'],
  ] as const) {
    part.operations.send({ queue, messages: [1, 2, 3].map((n) => messageOf(`${name}${n}`)), now: 0 });
    const deadLetter = { id: dead.id, receivesMax: 1, sourceName: name };
    for (const now of [1, 2])
      part.operations.receive({ queue, max: 10, visibilityMs: 0, inFlightMax: 10, deadLetter, now });
  }
  assert.equal(part.operations.find({ account, name: 'dead', now: 3 })?.depth.ready, 6);
  return { ...part, dead: dead.id };
}

test('messages of a dead-letter queue go back to where they came from, as new ones, step by step', () => {
  const { operations, dead } = failed();
  const started = operations.startMove({ account, source: dead, sourceName: 'dead', now: 10 });
  assert(started !== 'running');
  assert.equal(operations.startMove({ account, source: dead, sourceName: 'dead', now: 10 }), 'running');
  const step = operations.moveStep({ id: started.id, max: 4, now: 20 });
  assert.deepEqual([step?.status, step?.moved, step?.toMove], ['RUNNING', 4, 6]);
  assert.deepEqual(step?.into, ['one', 'two']);
  const last = operations.moveStep({ id: started.id, max: 4, now: 30 });
  assert.deepEqual([last?.status, last?.moved], ['COMPLETED', 6]);
  const one = operations.find({ account, name: 'one', now: 30 });
  assert.deepEqual([one?.depth.ready, one?.depth.deadLettered], [3, 3]);
  const queue = { id: one?.id ?? 0, fifo: false, retentionMs: 1e9 };
  const [message] = received(operations.receive({ queue, max: 1, visibilityMs: 1, inFlightMax: 9, now: 40 })).messages;
  assert.deepEqual(
    [message?.body, message?.receives, message?.sentAt, message?.deadLetterSource],
    ['one1', 1, 20, undefined],
  );
  assert.notEqual(message?.messageId, 'id-one1');
  assert.deepEqual(
    operations.moves({ source: dead, max: 10 }).map(({ status }) => status),
    ['COMPLETED'],
  );
});

test('a task ends where it cannot know where a message belongs, and what is cancelled moves nothing more', () => {
  const { operations, dead } = failed();
  const first = operations.startMove({ account, source: dead, sourceName: 'dead', now: 10 });
  assert(first !== 'running');
  assert.equal(operations.cancelMove({ id: first.id })?.status, 'RUNNING');
  assert.equal(operations.moveStep({ id: first.id, max: 4, now: 20 })?.status, 'CANCELLED');
  operations.send({ queue: { id: dead, fifo: false, retentionMs: 1e9 }, messages: [messageOf('straight')], now: 0 });
  const second = operations.startMove({ account, source: dead, sourceName: 'dead', now: 10 });
  assert(second !== 'running');
  const end = operations.moveStep({ id: second.id, max: 100, now: 20 });
  assert.deepEqual([end?.status, end?.moved, end?.failure], ['FAILED', 6, 'CouldNotDetermineMessageSource']);
  const third = operations.startMove({ account, source: dead, sourceName: 'dead', destinationName: 'one', now: 10 });
  assert(third !== 'running');
  assert.equal(operations.moveStep({ id: third.id, max: 100, now: 20 })?.status, 'COMPLETED');
});

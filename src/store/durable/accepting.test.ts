import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { DatabaseSync } from 'node:sqlite';
import type { NewMessage } from './contracts/queues.ts';
import type { Part } from './part.ts';
import { parts } from './parts.ts';
import { Committer, openParts } from './thread/committer.ts';
import { openDatabase } from './thread/database.ts';
import type { Outcome } from './thread/messages.ts';

const account = '111111111111';
const all: Readonly<Record<string, Part<object>>> = parts;
let database: DatabaseSync;
let committer: Committer;
let full: string | undefined;
/** Half of what is kept free is gone, too. */
let fuller: string | undefined;
beforeEach(() => {
  full = undefined;
  fuller = undefined;
  database = openDatabase(':memory:', all);
  committer = new Committer(database, openParts(database, all), {
    refusal: (need) => (need === 'new' ? full : fuller),
    relieve: () => undefined,
    fold: () => false,
  });
});
afterEach(() => database.close());

function ask(part: string, operation: string, input: unknown): Outcome {
  const [outcome] = committer.run([{ id: 0, part, operation, input, durability: 'process' }]);
  assert.ok(outcome !== undefined);
  return outcome;
}

function errorOf(outcome: Outcome): string | undefined {
  return 'error' in outcome ? outcome.error.name : undefined;
}

test('where the disk is kept free for what is there, queues take nothing more, and what they have is received and deleted', () => {
  const limits = { retentionMs: 60_000, queuesMax: 10 };
  const queue = { account, name: 'q', fifo: false, now: 1, attributes: {}, tags: {}, ...limits };
  const made = ask('queues', 'create', queue);
  assert.equal(errorOf(made), undefined);
  const facts = { id: 1, fifo: false, retentionMs: 60_000 };
  const message: NewMessage = {
    messageId: 'm',
    sender: 's',
    body: 'b',
    bytes: 1,
    delayMs: 0,
    content: { bodyMd5: '' },
  };
  const send = { queue: facts, messages: [message], now: 1 };
  assert.equal(errorOf(ask('queues', 'send', send)), undefined);
  full = 'There is little left.';
  assert.equal(errorOf(ask('queues', 'send', send)), 'StoreFullError');
  assert.equal(errorOf(ask('queues', 'create', { ...queue, name: 'r' })), 'StoreFullError');
  const receive = { queue: facts, max: 1, visibilityMs: 1_000, inFlightMax: 10, now: 2 };
  assert.equal(errorOf(ask('queues', 'receive', receive)), undefined);
  const receipts = [{ sequence: 1, receives: 1 }];
  assert.deepEqual(ask('queues', 'delete', { queue: facts, receipts, now: 3 }), { id: 0, value: ['deleted'] });
});

test('and no execution or schedule begins there', () => {
  full = 'There is little left.';
  for (const [part, operation] of [
    ['executions', 'start'],
    ['executions', 'extend'],
    ['schedules', 'create'],
    ['schedules', 'createGroup'],
  ] as const)
    assert.equal(errorOf(ask(part, operation, {})), 'StoreFullError', `${part}.${operation}`);
});

test('what was begun goes on until half of that is gone, and then only ends', () => {
  // What is asked for is nonsense: whoever is let in finds out.
  full = 'There is little left.';
  for (const operation of ['proceed', 'commit'])
    assert.equal(errorOf(ask('executions', operation, {})), 'TypeError', operation);
  assert.equal(errorOf(ask('schedules', 'advance', [])), undefined);
  fuller = 'There is very little left.';
  assert.equal(errorOf(ask('executions', 'proceed', {})), 'StoreFullError');
  assert.equal(errorOf(ask('executions', 'commit', {})), 'TypeError');
  assert.equal(errorOf(ask('schedules', 'advance', [])), 'StoreFullError');
  assert.equal(errorOf(ask('schedules', 'done', { id: 1, failed: false, at: 1 })), undefined);
});

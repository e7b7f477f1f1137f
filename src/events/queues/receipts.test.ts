import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Receipts } from './receipts.ts';

const invalid = { name: 'ReceiptHandleIsInvalid' };

test('a handle is signed by HMAC with the key of its queue, and read by nobody else', () => {
  const key = randomBytes(32);
  const receipts = new Receipts(62, key);
  const handle = receipts.handleOf({ sequence: 1_003, receives: 2 });
  assert.deepEqual(receipts.receiptOf(handle), { sequence: 1_003, receives: 2 });
  const text = 'heddle:62:1003:2';
  const signature = createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
  assert.equal(Buffer.from(handle, 'base64').toString(), `${text}:${signature}`);
  assert.throws(() => new Receipts(62, randomBytes(32)).receiptOf(handle), invalid);
  assert.throws(() => new Receipts(63, key).receiptOf(handle), invalid);
});

test('who counts up a handle that he knows has none', () => {
  const receipts = new Receipts(62, randomBytes(32));
  const known = Buffer.from(receipts.handleOf({ sequence: 1_003, receives: 2 }), 'base64').toString();
  for (const [from, to] of [
    [':1003:', ':1004:'],
    [':2:', ':3:'],
    [/:[0-9a-f]{32}$/, ''],
  ] as const)
    assert.throws(() => receipts.receiptOf(Buffer.from(known.replace(from, to)).toString('base64')), invalid);
  assert.throws(() => receipts.receiptOf(`${Buffer.from(known).toString('base64')} `), invalid);
});

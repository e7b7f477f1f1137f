import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { QueueMissingError } from '../queue-sender.ts';
import { openTestQueues } from './testing/test-queues.ts';

const account = '123456789012';

test('parts of the service send and receive by name, and are told what is missing', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-queues-'));
  try {
    await using opened = openTestQueues(home);
    const { inside, admin } = opened.queues;
    const [queue, fifo, none] = [
      { account, name: 'q' },
      { account, name: 'q.fifo' },
      { account, name: 'none' },
    ];
    assert.equal(await inside.has(queue), false);
    await assert.rejects(inside.send(none, { body: 'x' }), QueueMissingError);
    await admin.create(queue, { VisibilityTimeout: '7' }, {});
    await admin.create(fifo, { FifoQueue: 'true' }, {});
    assert.deepEqual([await inside.has(queue), await inside.has(none)], [true, false]);
    assert.deepEqual(await inside.describe(queue), {
      arn: `arn:aws:sqs:eu-west-1:${account}:q`,
      fifo: false,
      visibilityMs: 7_000,
    });
    const { messageId } = await inside.send(queue, { body: 'one', attributes: { kind: 'test' } }, 'process');
    const [message] = await inside.receive(queue, { max: 10, waitMs: 0 });
    assert(message !== undefined);
    assert.deepEqual(
      [message.messageId, message.body, message.systemAttributes['SenderId']],
      [messageId, 'one', 'heddle'],
    );
    assert.deepEqual(message.attributes, { kind: { DataType: 'String', StringValue: 'test' } });
    await inside.changeVisibility(queue, [message], 0);
    const [again] = await inside.receive(queue, { max: 10, waitMs: 0 });
    assert.equal(again?.systemAttributes['ApproximateReceiveCount'], '2');
    // Who held it before deletes nothing.
    await inside.delete(queue, [message]);
    assert.equal((await admin.get(queue)).depth.inFlight, 1);
    await assert.rejects(inside.send(fifo, { body: 'x' }), /must contain the parameter MessageGroupId/);
    const first = await inside.send(fifo, { body: 'x', groupId: 'g', deduplicationId: 'd' });
    assert.deepEqual(await inside.send(fifo, { body: 'y', groupId: 'g', deduplicationId: 'd' }), first);
    await admin.remove(queue);
    for (const work of [
      inside.receive(queue, { max: 1, waitMs: 0 }),
      inside.delete(queue, [message]),
      inside.describe(queue),
    ])
      await assert.rejects(work, QueueMissingError);
    assert.deepEqual(opened.warnings, []);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

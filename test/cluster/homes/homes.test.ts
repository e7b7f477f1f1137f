import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { openLedger, type Ledger } from '../../events/proof/ledger.ts';
import { startHosts, type TestHosts } from './hosts.ts';

let ledger: Ledger;
let cluster: TestHosts;
before(async () => {
  ledger = await openLedger();
  cluster = await startHosts(ledger.port);
});
after(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await ledger?.[Symbol.asyncDispose]();
});

test('an event that any host accepted is run, once', async () => {
  const ids = cluster.hosts.flatMap((_, host) => Array.from({ length: 20 }, (_one, n) => `once-${host}-${n}`));
  await Promise.all(
    cluster.hosts.map(async (host, nth) => {
      using clients = host.clients();
      for (const id of ids.filter((one) => one.startsWith(`once-${nth}-`)))
        await clients.service.client.send(
          new InvokeCommand({ FunctionName: 'work', InvocationType: 'Event', Payload: JSON.stringify({ id }) }),
        );
    }),
  );
  const ran = (): string[] => ledger.history.flatMap((one) => (one.what === 'ran' ? [one.id] : []));
  await ledger.until(() => new Set(ran()).size === ids.length);
  assert.deepEqual(ran().toSorted(), ids.toSorted());
});

test('a queue is the same through any host', async () => {
  const all = cluster.hosts.map((host) => host.clients());
  const [first, second, third] = all;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  await first.sqs.send(new CreateQueueCommand({ QueueName: 'shared' }));
  const { QueueUrl } = await second.sqs.send(new GetQueueUrlCommand({ QueueName: 'shared' }));
  assert.ok(QueueUrl?.startsWith(cluster.hosts[1]?.url ?? '-'), `${QueueUrl} is not at the host that was asked`);
  await second.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'through the second' }));
  const ask = new ReceiveMessageCommand({ QueueUrl: third.queueUrl('shared'), WaitTimeSeconds: 20 });
  const { Messages: [message] = [] } = await third.sqs.send(ask);
  assert.equal(message?.Body, 'through the second');
  await first.sqs.send(
    new DeleteMessageCommand({ QueueUrl: first.queueUrl('shared'), ReceiptHandle: message?.ReceiptHandle }),
  );
  // Who waits at one host is woken by what comes in at another.
  const waits = first.sqs.send(new ReceiveMessageCommand({ QueueUrl: first.queueUrl('shared'), WaitTimeSeconds: 20 }));
  await third.sqs.send(new SendMessageCommand({ QueueUrl: third.queueUrl('shared'), MessageBody: 'late' }));
  assert.equal((await waits).Messages?.[0]?.Body, 'late');
  await assert.rejects(first.sqs.send(new GetQueueUrlCommand({ QueueName: 'other' })), { name: 'QueueDoesNotExist' });
  for (const one of all) one[Symbol.dispose]();
});

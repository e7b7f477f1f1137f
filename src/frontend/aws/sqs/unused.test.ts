import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { createAccount } from '../../../store/credentials.ts';
import { signedHeaders } from '../../testing/signed-headers.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';

test('a service that stops answers who waits for messages', async () => {
  const service = await startTestFrontend();
  const sqs = new SQSClient({
    endpoint: service.url,
    region: service.region,
    credentials: service.key,
    maxAttempts: 1,
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'waits' }));
  const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  while (service.queues.waiting === 0) await new Promise(setImmediate);
  const stopped = service[Symbol.asyncDispose]();
  assert.equal((await waiting).Messages, undefined);
  sqs.destroy();
  await stopped;
});

test('a service without queues and schedules has no store of them, whatever it is asked; an account that has some is not removed', async () => {
  await using service = await startTestFrontend();
  const other = await createAccount(service.store, Date.now());
  const sqs = new SQSClient({ endpoint: service.url, region: service.region, credentials: other, maxAttempts: 1 });
  const kept = (): boolean => existsSync(join(service.home, 'durable.sqlite'));
  const QueueUrl = `${service.url}/${other.account}/none`;
  assert.equal((await sqs.send(new ListQueuesCommand({}))).QueueUrls, undefined);
  await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: 'none' })), { name: 'QueueDoesNotExist' });
  await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl })), { name: 'QueueDoesNotExist' });
  await assert.rejects(sqs.send(new DeleteQueueCommand({ QueueUrl })), { name: 'QueueDoesNotExist' });
  assert.doesNotMatch(await (await fetch(`${service.url}/metrics`)).text(), /heddle_message_queue/);
  await service.queues.resume();
  const scheduler = new SchedulerClient({ endpoint: service.url, region: service.region, credentials: other });
  assert.deepEqual((await scheduler.send(new ListSchedulesCommand({}))).Schedules, []);
  assert.deepEqual(
    (await scheduler.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name),
    ['default'],
  );
  await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: 'none' })), { name: 'ResourceNotFoundException' });
  scheduler.destroy();
  assert.equal(kept(), false);
  await sqs.send(new CreateQueueCommand({ QueueName: 'none' }));
  assert.equal(kept(), true);
  const path = `/heddle/v1/accounts/${other.account}`;
  const remove = async (): Promise<Response> =>
    await fetch(service.url + path, { method: 'DELETE', headers: await signedHeaders(service, 'DELETE', path) });
  const refused = await remove();
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /has queues, such as none/);
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  assert.equal((await remove()).status, 204);
  sqs.destroy();
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { runCli } from '../../src/cli/testing.ts';
import { active, deploy, invoke, type RunningService } from '../e2e/service.ts';
import { deployDurable, execute } from '../executions/durable-function.ts';
import type { Dashboard, TypedKey } from './harness.ts';

/**
 * Fills a service with what pages show: functions that call each other, fail, print, and connect where they may not; a queue and its dead letters, schedules,
 * asynchronous calls, durable executions.
 */
export async function populate({ service, key }: Dashboard): Promise<void> {
  await deploy(service, 'hello', helloCode);
  for (let call = 0; call < 30; call++) await invoke(service, 'hello', { name: 'Ada', slow: call % 7 === 0 });
  await failing(service);
  await deploy(service, 'reporter', reporterCode);
  await invoke(service, 'reporter');
  await deploy(service, 'tax', 'exports.handler = async () => 3');
  await deploy(service, 'price', callerOf('tax'));
  await deploy(service, 'checkout', callerOf('price'));
  for (let call = 0; call < 6; call++) assert.deepEqual((await invoke(service, 'checkout')).payload, 3);
  await versions(service);
  await later(service, key);
  await deployDurable(service, 'order');
  await execute(service, 'order', { id: 5 });
  await deployDurable(service, 'flaky');
  await execute(service, 'flaky', {});
}

/** Bundled, so that there is a map of its lines. */
async function failing(service: RunningService): Promise<void> {
  const { code, stderr } = await runCli(service.home, ['deploy', join(import.meta.dirname, '../../examples/failing')]);
  assert.equal(code, 0, stderr);
  await active(service, 'failing');
  await invoke(service, 'failing', { how: 'throw' });
}

async function versions(service: RunningService): Promise<void> {
  const { client } = service;
  const FunctionName = 'hello';
  await client.send(new PublishVersionCommand({ FunctionName, Description: 'as it was' }));
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));
  await active(service, FunctionName);
  await client.send(new PublishVersionCommand({ FunctionName }));
  const RoutingConfig = { AdditionalVersionWeights: { '2': 0.1 } };
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1', RoutingConfig }));
}

async function later({ client, url, region }: RunningService, credentials: TypedKey): Promise<void> {
  const { FunctionArn = '' } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'hello' }));
  const account = FunctionArn.split(':')[4] ?? '';
  const options = { endpoint: url, region, credentials };
  const sqs = new SQSClient(options);
  for (const QueueName of ['jobs-dead', 'lost', 'unsent']) await sqs.send(new CreateQueueCommand({ QueueName }));
  const deadLetterTargetArn = `arn:aws:sqs:${region}:${account}:jobs-dead`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes: { RedrivePolicy } }));
  const Entries = Array.from({ length: 3 }, (_, n) => ({ Id: `m${n}`, MessageBody: JSON.stringify({ job: n }) }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  // Received once, and at once visible again, they are dead letters the next time.
  for (let time = 0; time < 2; time++)
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: Entries.slice(1) }));
  sqs.destroy();
  const scheduler = new SchedulerClient(options);
  const target = { Arn: FunctionArn, RoleArn: `arn:aws:iam::${account}:role/any` };
  for (const [Name, ScheduleExpression] of [
    ['nightly', 'cron(30 2 * * ? *)'],
    ['pulse', 'rate(1 hour)'],
  ] as const)
    await scheduler.send(
      new CreateScheduleCommand({
        ...{ Name, ScheduleExpression, ScheduleExpressionTimezone: 'Europe/Berlin' },
        ...{ FlexibleTimeWindow: { Mode: 'OFF' }, Target: target },
      }),
    );
  // What it calls is not there: that is given up at once.
  const soon = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ Name: 'report', ScheduleExpression: `at(${soon})`, FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: {
        ...{ ...target, Arn: FunctionArn.replace(/hello$/, 'not-yet'), Input: '{"month":3}' },
        DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:unsent` },
      },
    }),
  );
  scheduler.destroy();
  for (let call = 0; call < 2; call++)
    await client.send(new InvokeCommand({ FunctionName: 'hello', InvocationType: 'Event' }));
  const DeadLetterConfig = { TargetArn: `arn:aws:sqs:${region}:${account}:lost` };
  await deploy({ client }, 'moody', moodyCode, { DeadLetterConfig });
  await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'moody', MaximumRetryAttempts: 0 }));
  await client.send(new InvokeCommand({ FunctionName: 'moody', InvocationType: 'Event' }));
}

const moodyCode = `exports.handler = async () => {
  if (process.env.MENDED === undefined) throw new Error('not in the mood');
};`;

const helloCode = `exports.handler = async ({ name = 'world', slow }) => {
  console.log('hello', name);
  console.log(JSON.stringify({ cart: [1, 2, 3], who: name }));
  if (slow) { console.warn('this takes a while'); await new Promise((done) => setTimeout(done, 40)); }
  return { greeting: 'Hello, ' + name + '!', at: Date.now() };
};`;

const reporterCode = `exports.handler = async () => {
  const tried = [];
  for (const url of ['http://host.heddle.internal:5432/', 'http://192.168.7.7:8080/'])
    tried.push(await fetch(url).then(String, (error) => String(error.cause ?? error)));
  console.error('nothing can be reported: ' + tried);
  return tried;
};`;

function callerOf(name: string): string {
  return `const { InvokeCommand, LambdaClient } = require('@aws-sdk/client-lambda');
const client = new LambdaClient({});
exports.handler = async () => {
  await new Promise((done) => setTimeout(done, 20));
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: '${name}' }));
  return JSON.parse(Payload.transformToString());
};`;
}

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  CheckpointDurableExecutionCommand,
  CreateEventSourceMappingCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { HeddleClient } from '../../sdk/client.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { failed, startRoleBench, type RoleBench, type Signer } from './testing/role-bench.ts';

let bench: RoleBench;
let service: TestFrontend;
beforeEach(async () => {
  bench = await startRoleBench();
  ({ service } = bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

const role: RoleBench['role'] = (...args) => bench.role(...args);
const assume: RoleBench['assume'] = (...args) => bench.assume(...args);
const configOf: RoleBench['configOf'] = (...args) => bench.configOf(...args);
const deploy: RoleBench['deploy'] = (...args) => bench.deploy(...args);
const arnOf: RoleBench['arnOf'] = (...args) => bench.arnOf(...args);

const failedLike =
  (message: RegExp) =>
  (error: unknown): true => {
    assert.match(String(error), message);
    return true;
  };

function clientOf({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Signer): HeddleClient {
  const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return new HeddleClient({ url: service.url, region: service.region, ...key, credentialsFile: '' });
}

describe('who has taken a role', () => {
  test('gets nothing done later that it may not do, whatever it calls it', async () => {
    for (const name of ['own', 'secret']) await deploy(name);
    const { account } = service.key;
    const admins = new SQSClient(configOf());
    for (const QueueName of ['jobs', 'other']) await admins.send(new CreateQueueCommand({ QueueName }));
    const arn = await role('later', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['lambda:*', 'sqs:*', 's3:*', 'scheduler:*', 'heddle:*'], Resource: '*' },
        { Effect: 'Allow', Action: 'iam:PassRole', Resource: arnOf('later') },
        { Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:*:function:secret' },
        { Effect: 'Deny', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:other' },
      ],
    });
    const taken = await assume(arn);
    const config = configOf(taken);
    const denied = (action: string, resource: string): ((error: unknown) => true) =>
      failedLike(
        new RegExp(`not authorized to perform: ${action} on resource: arn:aws:\\S+:${resource} with an explicit deny`),
      );
    const lambda = new LambdaClient(config);
    const EventSourceArn = `arn:aws:sqs:eu-west-1:${account}:jobs`;
    for (const FunctionName of ['secret', `${account}:secret`, `${account}:function:secret`])
      await assert.rejects(
        lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn })),
        denied('lambda:InvokeFunction', 'secret'),
        FunctionName,
      );
    const scheduler = new SchedulerClient(config);
    for (const [to, action, resource] of [
      [`arn:x:lambda:eu-west-1:${account}:function:secret`, 'lambda:InvokeFunction', 'secret'],
      [`arn:x:sqs:eu-west-1:${account}:other`, 'sqs:SendMessage', 'other'],
    ] as const)
      await assert.rejects(
        scheduler.send(
          new CreateScheduleCommand({
            Name: 'later',
            ScheduleExpression: 'rate(1 hour)',
            FlexibleTimeWindow: { Mode: 'OFF' },
            Target: { Arn: to, RoleArn: arn },
          }),
        ),
        denied(action, resource),
        to,
      );
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:eu-west-1:${account}:other`,
      maxReceiveCount: 1,
    });
    await assert.rejects(
      new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'new', Attributes: { RedrivePolicy } })),
      denied('sqs:SendMessage', 'other'),
    );
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'inbox' }));
    using client = clientOf(taken);
    for (const step of ['secret', { function: 'secret' }, `${account}:secret`])
      await assert.rejects(
        client.admin('PUT', '/objects/inbox/path', { body: { get: [step] } }),
        denied('lambda:InvokeFunction', 'secret'),
      );
    await client.admin('PUT', '/objects/inbox/path', {
      body: { get: ['own', { function: 'own', payload: 'secret' }] },
    });
    await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: `${account}:own`, EventSourceArn }));
  });

  test('invokes functions by durable executions only where it may invoke them', async () => {
    const arn = await role('durable', ['lambda:CheckpointDurableExecution', 'lambda:InvokeFunction own']);
    const lambda = new LambdaClient(configOf(await assume(arn)));
    const invoke = async (FunctionName: string): Promise<unknown> =>
      await lambda.send(
        new CheckpointDurableExecutionCommand({
          DurableExecutionArn: `arn:aws:lambda:eu-west-1:${service.key.account}:function:f:$LATEST/durable-execution/a/b`,
          CheckpointToken: 'none',
          Updates: [
            { Id: 'a', Type: 'CHAINED_INVOKE', Action: 'START', Payload: '1', ChainedInvokeOptions: { FunctionName } },
          ],
        }),
      );
    await assert.rejects(
      invoke('secret'),
      failed('AccessDeniedException', /lambda:InvokeFunction on resource: \S+:secret/),
    );
    // Allowed, there is no such execution.
    await assert.rejects(invoke('own'), (error: Error) => !/not authorized/.test(error.message));
  });
});

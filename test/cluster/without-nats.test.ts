import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { runCli } from '../../src/cli/testing.ts';
import { slowOnly } from '../e2e/drivers.ts';
import { deploy } from '../e2e/service.ts';
import { hostOf, startCluster, type TestCluster } from './harness.ts';
import { homeMachine } from './home-machine.ts';

/** Guards against hanging; a change is to be refused within 15 s. */
const hangMsMax = 60_000;
const refusedMsMax = 15_000;

let cluster: TestCluster;
let account: string;
const undo = new AsyncDisposableStack();
const signal = AbortSignal.timeout(900_000);

/** Clients of one host that try nothing twice. */
function clientsOf(n: number): {
  lambda: LambdaClient;
  sqs: SQSClient;
  scheduler: SchedulerClient;
  admin: HeddleClient;
} {
  const options = {
    ...cluster.clientOptions(n),
    requestHandler: { requestTimeout: hangMsMax, throwOnRequestTimeout: true },
  };
  const [lambda, sqs, scheduler] = [new LambdaClient(options), new SQSClient(options), new SchedulerClient(options)];
  const admin = new HeddleClient(findConnection(hostOf(cluster, n).home, {}));
  undo.defer(async () => {
    for (const one of [lambda, sqs, scheduler]) one.destroy();
    admin[Symbol.dispose]();
  });
  return { lambda, sqs, scheduler, admin };
}

async function answers(n: number): Promise<void> {
  const { Payload } = await cluster.lambda(n).send(new InvokeCommand({ FunctionName: 'hello', Payload: '"Ada"' }));
  assert.equal(Payload?.transformToString(), '"Hello, Ada"');
}

/** Changes of each kind, by what they are called. */
async function changes(n: number): Promise<Readonly<Record<string, () => Promise<unknown>>>> {
  const { lambda, sqs, scheduler, admin } = clientsOf(n);
  const Code = { ZipFile: await zipOf({ 'index.js': `exports.handler = async () => ${n};` }) };
  const facts = {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/any',
  } as const;
  const QueueUrl = new URL(`/${account}/jobs`, hostOf(cluster, n).url).href;
  return {
    'a function made': () => lambda.send(new CreateFunctionCommand({ ...facts, FunctionName: `new-${n}`, Code })),
    'a function changed': () =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'hello', Timeout: 7 })),
    'a function deleted': () => lambda.send(new DeleteFunctionCommand({ FunctionName: 'other' })),
    'a key made': () => admin.admin('POST', '/keys', { body: { account } }),
    'a policy put': () => admin.admin('PUT', '/policies/tight', { body: { policy: { services: [] } } }),
    'an event': () =>
      lambda.send(new InvokeCommand({ FunctionName: 'hello', InvocationType: 'Event', Payload: '"x"' })),
    'a message': () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
    'a queue': () => sqs.send(new CreateQueueCommand({ QueueName: `new-${n}` })),
    'a schedule': () =>
      scheduler.send(
        new CreateScheduleCommand({
          Name: `new-${n}`,
          ScheduleExpression: 'rate(1 hour)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: `arn:aws:lambda:${cluster.clientOptions(n).region}:${account}:function:hello`,
            RoleArn: facts.Role,
          },
        }),
      ),
  };
}

/** Each is refused, in words, and soon. */
async function areRefused(n: number, words: RegExp): Promise<void> {
  for (const [what, change] of Object.entries(await changes(n))) {
    const at = performance.now();
    const error = await change().then(
      () => assert.fail(`${what} was taken`),
      (refusal: unknown) => refusal,
    );
    const ms = performance.now() - at;
    assert.ok(error instanceof Error);
    assert.match(error.message, words, `${what}: ${String(error)}`);
    assert.ok(ms < refusedMsMax, `${what} was refused after ${Math.round(ms)} ms`);
  }
}

describe('a cluster without its NATS servers', { skip: slowOnly, concurrency: 1 }, () => {
  before(async () => {
    cluster = undo.use(await startCluster({ network: 'loopback' }));
    const { lambda, sqs } = clientsOf(0);
    await deploy({ client: lambda }, 'hello', "exports.handler = async (name) => 'Hello, ' + name;");
    await deploy({ client: lambda }, 'other', 'exports.handler = async () => 1;');
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    account = new URL(QueueUrl).pathname.split('/')[1] ?? '';
    for (const n of [0, 1, 2]) await answers(n);
  });
  after(() => undo.disposeAsync());

  test('most of them lost: calls go on, and each change is refused soon with how many answer and have to', async () => {
    await Promise.all(cluster.servers.slice(0, 2).map(({ process }) => process.kill()));
    const words = /1 of the cluster's 3 NATS servers answers this host, and 2 have to/;
    await Promise.all([0, 1, 2].map((n) => areRefused(n, words)));
    for (const n of [0, 1, 2]) {
      await answers(n);
      await cluster.lambda(n).send(new GetFunctionCommand({ FunctionName: 'hello' }));
    }
  });

  test('a host that is started while none answers serves what it knows, says so, and joins when they are back', async () => {
    await cluster.servers[2]?.process.kill();
    const home = await homeMachine(cluster, account, signal);
    const n = (home + 1) % 3;
    const host = hostOf(cluster, n);
    await host.process.stop();
    await host.process.start(signal);
    await answers(n);
    await clientsOf(n).lambda.send(new GetFunctionCommand({ FunctionName: 'hello' }));
    await areRefused(n, /0 of the cluster's 3 NATS servers answer this host, and 2 have to/);
    const shown = await runCli(host.home, ['cluster', 'ps']);
    assert.match(shown.stdout + shown.stderr, /NATS servers did not answer when this host was started/);
    await Promise.all(cluster.servers.map(({ process }) => process.start(signal)));
    // Answered with 5xx until it has joined, and with 429 until homes know who holds what.
    const patient = new LambdaClient({ ...cluster.clientOptions(n), maxAttempts: 60 });
    await patient.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'hello', Description: 'joined' }));
    await patient.send(new InvokeCommand({ FunctionName: 'hello', Payload: '"Ada"' }));
    patient.destroy();
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  PutFunctionEventInvokeConfigCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deploy } from '../../e2e/service.ts';
import type { TestCluster } from '../harness.ts';
import type { Ledger } from '../history/ledger.ts';

/** How long the function may run, and a message that was received stays away from others, seconds. */
const timeoutSeconds = 10;

/** What events of a test go to. */
export interface Deployment {
  readonly account: string;
}

/** Tells the ledger what it runs. */
const code = (ledgerUrl: string): string => `exports.handler = async (event, { awsRequestId }) => {
  const runs = event.Records?.map(({ messageId, body }) => ({ delivery: messageId, ...JSON.parse(body) })) ??
    [{ delivery: awsRequestId, ...event }];
  const answer = await fetch('${ledgerUrl}', { method: 'POST', body: JSON.stringify({ runs }) });
  if (!answer.ok) throw new Error('The ledger answered ' + answer.status);
};`;

/** As functions reach the ledger: on loopback it is this machine's. */
function asFunctionsSee({ url }: Ledger): URL {
  const seen = new URL(url);
  if (seen.hostname === '127.0.0.1') seen.hostname = 'host.heddle.internal';
  return seen;
}

/** Functions \`work\`, for events and for the queue \`jobs\`, and \`echo\`, known at every host. What fails to the end goes to the queue \`dead\`. */
export async function deployAll(cluster: TestCluster, ledger: Ledger): Promise<Deployment> {
  const client = cluster.lambda(0);
  const seen = asFunctionsSee(ledger);
  const Tags = { 'heddle:egress': seen.host, 'heddle:event-delays': '1ms' };
  await deploy({ client }, 'work', code(seen.origin), { Tags, Timeout: timeoutSeconds });
  await deploy({ client }, 'echo', 'exports.handler = async (event) => event;', { Timeout: timeoutSeconds });
  const { FunctionArn = '' } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'work' }));
  const [, , , region = '', account = ''] = FunctionArn.split(':');
  const arn = (queue: string): string => `arn:aws:sqs:${region}:${account}:${queue}`;
  const sqs = new SQSClient(cluster.clientOptions(0));
  await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 5 });
  const Attributes = { VisibilityTimeout: String(timeoutSeconds), RedrivePolicy };
  await sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes }));
  sqs.destroy();
  const DestinationConfig = { OnFailure: { Destination: arn('dead') } };
  await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'work', MaximumRetryAttempts: 2, DestinationConfig }),
  );
  await client.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'work', EventSourceArn: arn('jobs'), BatchSize: 10 }),
  );
  for (let n = 1; n < cluster.hosts.length; n += 1) for (const name of ['work', 'echo']) await known(cluster, n, name);
  return { account };
}

/** Resolves when a host has heard of a function that another was told of. */
async function known(cluster: TestCluster, n: number, FunctionName: string): Promise<void> {
  const client = cluster.lambda(n);
  for (;;) {
    const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName })).catch((error: unknown) => {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });
    if (found?.State === 'Active') return;
    await wait(20);
  }
}

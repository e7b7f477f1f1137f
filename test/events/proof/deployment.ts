import {
  CreateEventSourceMappingCommand,
  PutFunctionEventInvokeConfigCommand,
  TagResourceCommand,
} from '@aws-sdk/client-lambda';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { HeddleClient } from '../../../src/sdk/client.ts';
import { findConnection } from '../../../src/sdk/connection.ts';
import { active, deploy, type RunningService } from '../../e2e/service.ts';
import { functionCode } from './ledger.ts';

/** How long the function may run, and a message that was received stays away from others, seconds: no run comes near that, however loaded the machine is. */
export const timeoutSeconds = 20;
/** How often a message is received before it is dead-lettered. */
const receivesMax = 3;

/** Clients of one life of the service; it has another port each time. */
export interface Clients extends Disposable {
  readonly service: RunningService;
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly queueUrl: (name: string) => string;
}

/** What the events of the proof go to, by ARN. */
export interface Deployment {
  readonly account: string;
  readonly functionArn: string;
}

export async function clientsOf(service: RunningService, account: string): Promise<Clients> {
  const credentials = await service.client.config.credentials();
  const options = { endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const sqs = new SQSClient(options);
  const scheduler = new SchedulerClient(options);
  return {
    service,
    sqs,
    scheduler,
    queueUrl: (name) => `${service.url}/${account}/${name}`,
    [Symbol.dispose]: () => {
      for (const client of [sqs, scheduler, service.client]) client.destroy();
    },
  };
}

/** A function `work` that is called asynchronously and by the queue `jobs`; what fails to the end, or was received too often, goes to the queue `dead`. */
export async function deployWork(service: RunningService, port: number): Promise<Deployment> {
  const { client } = service;
  const Tags = { 'heddle:egress': `host.heddle.internal:${port}`, 'heddle:event-delays': '1ms' };
  await deploy(service, 'work', functionCode(port), { Tags, Timeout: timeoutSeconds });
  const { FunctionArn = '' } = await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'work', MaximumRetryAttempts: 1 }),
  );
  const functionArn = FunctionArn.replace(':$LATEST', '');
  const [, , , region = '', account = ''] = functionArn.split(':');
  const arn = (queue: string): string => `arn:aws:sqs:${region}:${account}:${queue}`;
  using clients = await clientsOf(service, account);
  await clients.sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: receivesMax });
  const Attributes = { VisibilityTimeout: String(timeoutSeconds), RedrivePolicy };
  await clients.sqs.send(new CreateQueueCommand({ QueueName: 'jobs', Attributes }));
  const DestinationConfig = { OnFailure: { Destination: arn('dead') } };
  await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'work', MaximumRetryAttempts: 1, DestinationConfig }),
  );
  await client.send(new TagResourceCommand({ Resource: functionArn, Tags }));
  await active(service, 'work');
  await client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'work',
      EventSourceArn: arn('jobs'),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  return { account, functionArn };
}

/** What the service has that is not over. */
export interface Left {
  readonly events: number;
  readonly messages: number;
  readonly schedules: number;
}

export async function leftIn({ service, sqs, scheduler, queueUrl }: Clients): Promise<Left> {
  using client = new HeddleClient(findConnection(service.home, {}));
  const lines = (await client.admin('GET', '/events')).list('lines');
  const depths = ['jobs', 'dead'].map(async (name) => {
    const ask = new GetQueueAttributesCommand({ QueueUrl: queueUrl(name), AttributeNames: ['All'] });
    const { Attributes: { ...depth } = {} } = await sqs.send(ask);
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
      depth;
    const all = [
      ApproximateNumberOfMessages,
      ApproximateNumberOfMessagesNotVisible,
      ApproximateNumberOfMessagesDelayed,
    ];
    return all.reduce((sum, number) => sum + Number(number), 0);
  });
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ MaxResults: 100 }));
  return {
    events: lines.reduce((sum, line) => sum + line.number('depth'), 0),
    messages: (await Promise.all(depths)).reduce((sum, depth) => sum + depth, 0),
    schedules: Schedules.length,
  };
}

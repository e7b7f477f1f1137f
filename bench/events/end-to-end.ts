import { deployCode } from '../service/functions.ts';
import { invokePath, smallEvent, type BenchService } from '../service/service.ts';

const ofEvents = { 'x-amz-invocation-type': 'Event' };
const arn = (service: string, account: string, name: string): string =>
  `arn:aws:${service}:us-east-1:${account}:${name}`;

/** From when an event was sent, and from when it was accepted as its client saw it, to the first line of user code; milliseconds, one after the other. */
export async function toFirstLine(
  service: BenchService,
  account: string,
  times: number,
): Promise<{ readonly sent: readonly number[]; readonly accepted: readonly number[] }> {
  const code = 'exports.handler = async () => ({ at: performance.timeOrigin + performance.now() });\n';
  await deployCode(service, 'first-line', code);
  await service.callSqs('CreateQueue', { QueueName: 'told' });
  const DestinationConfig = { OnSuccess: { Destination: arn('sqs', account, 'told') } };
  await service.call(
    'PUT',
    '/2019-09-25/functions/first-line/event-invoke-config',
    JSON.stringify({ DestinationConfig }),
  );
  const QueueUrl = `http://127.0.0.1:${service.port}/${account}/told`;
  const sent: number[] = [];
  const accepted: number[] = [];
  const now = (): number => performance.timeOrigin + performance.now();
  for (let n = 0; n < times; n += 1) {
    const sentAt = now();
    await service.call('POST', invokePath('first-line'), smallEvent, ofEvents);
    const acceptedAt = now();
    const at = await told(service, QueueUrl);
    // The first ones find no container.
    if (n < 5) continue;
    sent.push(at - sentAt);
    accepted.push(at - acceptedAt);
  }
  return { sent, accepted };
}

async function told(service: BenchService, QueueUrl: string): Promise<number> {
  const answer = await service.callSqs('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
  const { Messages = [] }: { Messages?: { Body: string; ReceiptHandle: string }[] } = JSON.parse(answer);
  const [message] = Messages;
  if (message === undefined) throw new Error('An event was not run within 20 s.');
  await service.callSqs('DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
  const record: { responsePayload: { at: number } } = JSON.parse(message.Body);
  return record.responsePayload.at;
}

/** How many messages a second go from a queue, which is full, through a function. */
export async function drainPerSecond(service: BenchService, account: string, messages: number): Promise<number> {
  await deployCode(service, 'consume', 'exports.handler = async () => ({});\n');
  // No shorter than the function may run.
  await service.callSqs('CreateQueue', { QueueName: 'full', Attributes: { VisibilityTimeout: '60' } });
  const QueueUrl = `http://127.0.0.1:${service.port}/${account}/full`;
  const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: smallEvent }));
  for (let sent = 0; sent < messages; sent += 100)
    await Promise.all(Array.from({ length: 10 }, () => service.callSqs('SendMessageBatch', { QueueUrl, Entries })));
  const startedAt = performance.now();
  const mapping = { FunctionName: 'consume', EventSourceArn: arn('sqs', account, 'full'), BatchSize: 10 };
  await service.call('POST', '/2015-03-31/event-source-mappings', JSON.stringify(mapping));
  for (;;) {
    const ask = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] };
    const { Attributes }: { Attributes: Record<string, string> } = JSON.parse(
      await service.callSqs('GetQueueAttributes', ask),
    );
    const left = Object.values(Attributes).reduce((sum, number) => sum + Number(number), 0);
    if (left === 0) return messages / ((performance.now() - startedAt) / 1_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

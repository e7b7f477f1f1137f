import type { Asked } from '../../../state/session.ts';

/** How to ask the service. */
export type Ask = (asked: Asked) => Promise<Response>;

/** An operation of SQS, as its clients ask for it. Throws ServiceError. */
export async function sqs(ask: Ask, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await ask({
    method: 'POST',
    path: '/',
    service: 'sqs',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  return text === '' ? {} : Object(JSON.parse(text));
}

/** A message as it is looked at. */
export interface MessageShown {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  readonly receives: number;
  /** Of a dead letter of a function: why it was given up, and whose it was. */
  readonly error: string;
  readonly arn: string;
}

/** The URL by which a queue is named in requests. */
export async function queueUrl(ask: Ask, QueueName: string): Promise<string> {
  return String((await sqs(ask, 'GetQueueUrl', { QueueName }))['QueueUrl']);
}

/** Looks at up to ten messages, and leaves them where they are; each counts as received once more. */
export async function peek(ask: Ask, QueueName: string): Promise<readonly MessageShown[]> {
  const found = await sqs(ask, 'ReceiveMessage', {
    QueueUrl: await queueUrl(ask, QueueName),
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const messages: unknown = found['Messages'] ?? [];
  return Array.isArray(messages) ? messages.map(shown) : [];
}

function shown(message: unknown): MessageShown {
  const { MessageId, Body, Attributes, MessageAttributes } = Object(message);
  const said = (name: string): string => String(Object(Object(MessageAttributes ?? {})[name] ?? {}).StringValue ?? '');
  return {
    id: String(MessageId),
    body: String(Body),
    sentAt: Number(Attributes?.SentTimestamp),
    receives: Number(Attributes?.ApproximateReceiveCount),
    error: said('ErrorMessage'),
    arn: said('FunctionArn'),
  };
}

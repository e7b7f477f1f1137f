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

/** A message that was received. */
export interface ReceivedMessage {
  readonly id: string;
  /** What it is held by. */
  readonly receipt: string;
  readonly body: string;
  readonly sentAt: number;
  readonly receives: number;
  /** Of a dead letter: why it was given up, and of a function's whose it was. */
  readonly error: string;
  readonly arn: string;
  /** An attribute of it that is a text; '' where it has none of that name. */
  readonly attribute: (name: string) => string;
}

/** The URL by which a queue is named in requests. */
export async function queueUrl(ask: Ask, QueueName: string): Promise<string> {
  return String((await sqs(ask, 'GetQueueUrl', { QueueName }))['QueueUrl']);
}

/** Up to ten messages, hidden from others for so long; with 0 they stay where they are, and each counts as received once more. */
export async function receive(
  ask: Ask,
  QueueUrl: string,
  VisibilityTimeout: number,
): Promise<readonly ReceivedMessage[]> {
  const found = await sqs(ask, 'ReceiveMessage', {
    QueueUrl,
    VisibilityTimeout,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const messages: unknown = found['Messages'] ?? [];
  return Array.isArray(messages) ? messages.map(messageOf) : [];
}

function messageOf(message: unknown): ReceivedMessage {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes } = Object(message);
  const said = (name: string): string => String(Object(Object(MessageAttributes ?? {})[name] ?? {}).StringValue ?? '');
  return {
    id: String(MessageId),
    receipt: String(ReceiptHandle),
    body: String(Body),
    sentAt: Number(Attributes?.SentTimestamp),
    receives: Number(Attributes?.ApproximateReceiveCount),
    error: said('ErrorMessage') || said('ERROR_MESSAGE'),
    arn: said('FunctionArn'),
    attribute: said,
  };
}

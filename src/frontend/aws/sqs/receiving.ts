import { invalidParameter } from '../../../api/sqs/errors.ts';
import { integerIn, textIn, textsIn } from '../../../api/sqs/input.ts';
import { checkRange } from '../../../api/sqs/queue-name.ts';
import type { DeliveredMessage } from '../../../events/queues/rules/delivered.ts';
import { unknown as unknownAttribute } from '../../../events/queues/rules/attributes.ts';
import { attributesMd5, chosenAttributes } from '../../../events/queues/rules/message-attributes.ts';
import type { KnownQueue } from '../../../events/queues/queue-book.ts';
import { checkVisibility } from '../../../events/queues/queue-messages.ts';
import { permittedQueue } from './access.ts';
import { queueIn, type SqsCall, type SqsRun } from './sqs-call.ts';

const messagesMax = 10;
const waitSecondsMax = 20;

/** What a receiver may ask for: the attributes of messages, and one more that SQS documents there, of which there is nothing to tell. */
const systemAttributeNames: ReadonlySet<string> = new Set([
  ...['All', 'SenderId', 'SentTimestamp', 'ApproximateReceiveCount', 'ApproximateFirstReceiveTimestamp'],
  ...['SequenceNumber', 'MessageDeduplicationId', 'MessageGroupId', 'AWSTraceHeader', 'DeadLetterQueueSourceArn'],
  'SqsManagedSseEnabled',
]);

export const receiveMessage: SqsRun = async (request) => {
  const { input, queues, call } = request;
  const queue = await permittedQueue(request, queueIn(request), 'ReceiveMessage');
  const max = integerIn(input, 'MaxNumberOfMessages') ?? 1;
  checkRange('MaxNumberOfMessages', max, 1, messagesMax, `Must be between 1 and ${messagesMax}, if provided.`);
  const visibility = integerIn(input, 'VisibilityTimeout');
  if (visibility !== undefined) checkVisibility(visibility);
  const attemptId = attemptIn(request, queue);
  const wanted = {
    system: new Set(['MessageSystemAttributeNames', 'AttributeNames'].flatMap((name) => textsIn(input, name))),
    user: textsIn(input, 'MessageAttributeNames'),
  };
  for (const name of wanted.system) if (!systemAttributeNames.has(name)) throw unknownAttribute(name);
  const received = await queues.messages.receive(queue, {
    max,
    waitMs: waitSecondsIn(request, queue) * 1_000,
    account: call.key.account,
    signal: call.gone(),
    ...(visibility !== undefined && { visibilityMs: visibility * 1_000 }),
    ...(attemptId !== undefined && { attemptId }),
  });
  return received.length === 0 ? {} : { Messages: received.map((message) => shown(message, wanted)) };
};

function waitSecondsIn({ input }: SqsCall, queue: KnownQueue): number {
  const given = integerIn(input, 'WaitTimeSeconds');
  if (given === undefined) return Number(queue.attributes['ReceiveMessageWaitTimeSeconds']);
  const words = `Must be >= 0 and <= ${waitSecondsMax}, if provided.`;
  return checkRange('WaitTimeSeconds', given, 0, waitSecondsMax, words);
}

function attemptIn({ input }: SqsCall, { fifo }: KnownQueue): string | undefined {
  const id = textIn(input, 'ReceiveRequestAttemptId');
  if (id === undefined) return undefined;
  if (!fifo)
    throw invalidParameter(
      'ReceiveRequestAttemptId',
      id,
      'The request includes a parameter that is not valid for this queue type.',
    );
  if (!/^[!-~]{1,128}$/.test(id))
    throw invalidParameter(
      'ReceiveRequestAttemptId',
      id,
      'ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    );
  return id;
}

function shown(
  message: DeliveredMessage,
  wanted: { readonly system: ReadonlySet<string>; readonly user: readonly string[] },
): Readonly<Record<string, unknown>> {
  const system = Object.entries(message.systemAttributes).filter(
    ([name]) => wanted.system.has('All') || wanted.system.has(name),
  );
  const user = chosenAttributes(message.attributes, wanted.user);
  const hasUser = Object.keys(user).length > 0;
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.bodyMd5,
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(hasUser && { MD5OfMessageAttributes: attributesMd5(user), MessageAttributes: user }),
  };
}

import { missingParameter, SqsError } from '../../../api/sqs/errors.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import { sequenceNumber } from '../../../events/queues/rules/delivered.ts';
import { messageIn } from '../../../events/queues/rules/message-input.ts';
import { checksums, messageBytes, type MessageRequest } from '../../../events/queues/rules/outgoing.ts';
import type { KnownQueue } from '../../../events/queues/queue-book.ts';
import { limits } from '../../../model/limits.ts';
import type { NewMessage, Sent } from '../../../store/durable/contracts/queues.ts';
import type { AwsCall } from '../aws-api.ts';
import { identityOf } from '../identity.ts';
import { permittedQueue } from './access.ts';
import { entriesIn, sorted, type FailedEntry } from './batch.ts';
import { queueIn, type SqsRun } from './sqs-call.ts';

const batchBytesMax = limits.queueMessageBytesMax;

export const sendMessage: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'SendMessage');
  const { messages } = request.queues;
  const wanted = wantedIn(request.input, request.call.headers);
  const message = messages.prepare(queue, wanted, identityOf(request.call.key).userId);
  const [sent] = await messages.send(queue, [message]);
  request.queues.onSent(queueIn(request), 1, delayIn([wanted]), request.call.caller);
  return answer(queue, wanted, message, sent);
};

export const sendMessageBatch: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'SendMessage');
  const { messages } = request.queues;
  const entries = entriesIn(request.input, 'SendMessageBatch');
  const all = entries.map((entry) => ({ ...entry, wanted: wantedIn(entry.input, request.call.headers) }));
  const bytes = all.reduce((sum, { wanted }) => sum + messageBytes(wanted), 0);
  if (bytes > batchBytesMax)
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${batchBytesMax} bytes. You have sent ${bytes} bytes.`,
    );
  if (queue.fifo && all.some(({ wanted }) => wanted.groupId === undefined))
    throw new SqsError('InvalidParameterValueException', missingParameter('MessageGroupId').message);
  const sender = identityOf(request.call.key).userId;
  const { right, failed } = sorted(entries, (input) => {
    const wanted = wantedIn(input, request.call.headers);
    return { wanted, message: messages.prepare(queue, wanted, sender) };
  });
  const sent =
    right.length === 0
      ? []
      : await messages.send(
          queue,
          right.map(({ value }) => value.message),
        );
  if (right.length > 0)
    request.queues.onSent(
      queueIn(request),
      right.length,
      delayIn(right.map(({ value }) => value.wanted)),
      request.call.caller,
    );
  const successful = right.map(({ id, value: { wanted, message } }, index) => ({
    Id: id,
    ...answer(queue, wanted, message, sent[index]),
  }));
  return { Successful: successful, Failed: failed satisfies readonly FailedEntry[] };
};

function answer(
  queue: KnownQueue,
  wanted: MessageRequest,
  message: NewMessage,
  sent: Sent['messages'][number] | undefined,
): Readonly<Record<string, string>> {
  return {
    ...checksums(wanted, message),
    MessageId: sent?.messageId ?? message.messageId,
    ...(queue.fifo && sent !== undefined && { SequenceNumber: sequenceNumber(sent.sequence) }),
  };
}

/** The least that one of them said it is to be late, ms; what its queue says, nobody need foresee. */
function delayIn(wanted: readonly MessageRequest[]): number {
  return 1_000 * Math.min(...wanted.map(({ delaySeconds = 0 }) => delaySeconds));
}

/** What traced programs send with every request, and SQS hands on. */
const traceHeader = 'x-amzn-trace-id';

function wantedIn(input: JsonInput, headers: AwsCall['headers']): MessageRequest {
  const traced = headers[traceHeader];
  const trace = typeof traced === 'string' && /^[!-~]{1,1024}$/.test(traced) ? { trace: traced } : {};
  return { ...messageIn(input), ...trace };
}

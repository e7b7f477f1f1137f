import { queueArn, type QueueName } from '../../../api/sqs/queue-name.ts';
import type { ReceivedMessage } from '../../../store/durable/contracts/queues.ts';
import type { MessageAttributes } from './message-attributes.ts';
import type { Receipts } from '../receipts.ts';

/** A message as who receives it has it. */
export interface DeliveredMessage {
  readonly messageId: string;
  /** What it is deleted by, and its visibility changed; good for this time of receiving it. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly bodyMd5: string;
  /** All that SQS says of it: `SentTimestamp`, `ApproximateReceiveCount` and so on. */
  readonly systemAttributes: Readonly<Record<string, string>>;
  readonly attributes: MessageAttributes;
}

/** `region`: of the service. `queue`: where it was received. */
export function delivered(
  message: ReceivedMessage,
  queue: QueueName & { readonly fifo: boolean; readonly receipts: Receipts },
  region: string,
): DeliveredMessage {
  const { content, deadLetterSource, sequence } = message;
  const { trace, groupId, deduplicationId } = content;
  return {
    messageId: message.messageId,
    receiptHandle: queue.receipts.handleOf({ sequence, receives: message.receives }),
    body: message.body,
    bodyMd5: content.bodyMd5,
    systemAttributes: {
      SenderId: message.sender,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receives),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(queue.fifo && { SequenceNumber: sequenceNumber(sequence) }),
      ...(groupId !== undefined && { MessageGroupId: groupId }),
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
      ...(trace !== undefined && { AWSTraceHeader: trace }),
      ...(deadLetterSource !== undefined && {
        DeadLetterQueueSourceArn: queueArn(region, { account: queue.account, name: deadLetterSource }),
      }),
    },
    attributes: content.attributes === undefined ? {} : JSON.parse(content.attributes),
  };
}

/** As long as AWS's, so that texts are in the order of the numbers. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

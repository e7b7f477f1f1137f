import { ApiError } from '../../api/errors.ts';
import { queueArn, type QueueName } from '../../api/sqs/queue-name.ts';
import type { QueueConsumer } from '../queue-consumer.ts';
import { QueueMissingError } from '../queue-sender.ts';
import type { DeliveredMessage } from '../queues/rules/delivered.ts';
import type { MessageAttributes } from '../queues/rules/message-attributes.ts';
import type { SourceKind, SourceRules } from './source-kind.ts';
import type { QueueSource, SourceRecord } from './source.ts';

interface QueueRecord extends SourceRecord {
  readonly message: DeliveredMessage;
}

const rules: SourceRules = { ordered: false, batchUsual: 10, batchMax: 10_000, batchAtOnceMax: 10, windowMax: 300 };
const fifoRules: SourceRules = { ...rules, batchMax: 10, windowMax: 0 };
/** SQS gives no more at a time. */
const receiveMax = 10;
/** Whoever waits is woken by what arrives, and told when the queue is removed; an hour is as good as for ever. */
const aloneMs = 3_600_000;

/** What may be said of mappings of an SQS queue with this ARN, or a name that ends like it. */
export function queueRules(arn: string): SourceRules {
  return arn.endsWith('.fifo') ? fifoRules : rules;
}

/** Queues of this service, as event sources; their events are those that Lambda makes of SQS's messages. */
export function ownQueues(queues: QueueConsumer, region: string): SourceKind {
  const nameIn = (arn: string, account: string): QueueName => ({ account, name: arn.split(':')[5] ?? '' });
  return {
    owns: (arn, account) => arn.startsWith(queueArn(region, { account, name: '' })),
    dataKey: 'body',
    rules: queueRules,
    async check({ sourceArn, account }, functionTimeoutMs) {
      const { visibilityMs } = await queues.describe(nameIn(sourceArn, account)).catch((error: unknown) => {
        if (!(error instanceof QueueMissingError)) throw error;
        throw new ApiError(
          'InvalidParameterValueException',
          'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
        );
      });
      if (visibilityMs < functionTimeoutMs)
        throw new ApiError(
          'InvalidParameterValueException',
          `Queue visibility timeout: ${visibilityMs / 1_000} seconds is less than Function timeout: ${functionTimeoutMs / 1_000} seconds`,
        );
    },
    async open({ sourceArn, account }) {
      const name = nameIn(sourceArn, account);
      const { visibilityMs } = await queues.describe(name);
      return queueSource(queues, name, visibilityMs, { eventSourceARN: sourceArn, awsRegion: region });
    },
    event: (records) => ({ Records: records }),
  };
}

function queueSource(
  queues: QueueConsumer,
  name: QueueName,
  visibilityMs: number,
  common: { readonly eventSourceARN: string; readonly awsRegion: string },
): QueueSource<QueueRecord> {
  const messagesOf = (records: readonly QueueRecord[]): readonly DeliveredMessage[] =>
    records.map(({ message }) => message);
  return {
    kind: 'queue',
    awayMs: visibilityMs,
    aloneMs,
    receive: async ({ max, waitMs, signal }) =>
      (await queues.receive(name, { max: Math.min(max, receiveMax), waitMs, signal })).map((message) =>
        recordOf(message, common),
      ),
    done: (records) => queues.delete(name, messagesOf(records)),
    keepAway: (records, ms) => queues.changeVisibility(name, messagesOf(records), ms),
    close: async () => undefined,
  };
}

function recordOf(message: DeliveredMessage, common: object): QueueRecord {
  const wire = {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.systemAttributes,
    messageAttributes: attributesWire(message.attributes),
    md5OfBody: message.bodyMd5,
    eventSource: 'aws:sqs',
    ...common,
  };
  return {
    id: message.messageId,
    wire,
    bytes: Buffer.byteLength(JSON.stringify(wire)),
    madeAt: Number(message.systemAttributes['SentTimestamp']),
    ...traceIn(message.systemAttributes),
    message,
  };
}

/** What of a message's system attributes tells where it comes from. */
export function traceIn({ AWSTraceHeader }: Readonly<Record<string, string>>): Pick<SourceRecord, 'trace'> {
  return AWSTraceHeader === undefined ? {} : { trace: AWSTraceHeader };
}

/** Attributes of a message as Lambda words them, and not SQS. */
export function attributesWire(attributes: MessageAttributes): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
}

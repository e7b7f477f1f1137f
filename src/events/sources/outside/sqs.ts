import { attributesWire, traceIn } from '../own-queues.ts';
import type { QueueSource, SourceRecord } from '../source.ts';
import { refusedSource } from './connections.ts';
import type { ConnectionOf, Opening, OutsideClient } from './outside-sources.ts';
import { askSqs } from './signed-sqs.ts';

interface QueueRecord extends SourceRecord {
  readonly handle: string;
}

interface FoundQueue {
  readonly url: string;
  readonly arn: string;
  readonly visibilityMs: number;
}

/** SQS gives no more at a time, and no batch has more. */
const batchMax = 10;
const waitSecondsMax = 20;
const awaySecondsMax = 43_200;

/** Queues of any service that speaks SQS's JSON protocol: `arn:aws:heddle-source:::NAME/QUEUE`, or `…/ACCOUNT/QUEUE`. */
export const sqsClient: OutsideClient<'sqs'> = {
  async check({ to, what, mapping }, functionTimeoutMs) {
    const { visibilityMs } = await find(to, what).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      throw refusedSource(`${mapping.sourceArn} could not be looked at: ${words}`, error);
    });
    if (visibilityMs < functionTimeoutMs)
      throw refusedSource(
        `Queue visibility timeout: ${visibilityMs / 1_000} seconds is less than Function timeout: ${functionTimeoutMs / 1_000} seconds`,
      );
  },
  open: async ({ to, what }) => queueSource(to, await find(to, what)),
  // A queue knows nothing of who takes from it.
  forget: async () => undefined,
};

async function find(to: ConnectionOf<'sqs'>, what: Opening<'sqs'>['what']): Promise<FoundQueue> {
  const [name = '', owner] = what.split('/').toReversed();
  const found = await askSqs(to, 'GetQueueUrl', {
    QueueName: name,
    ...(owner !== undefined && { QueueOwnerAWSAccountId: owner }),
  });
  const url = String(found['QueueUrl']);
  const { Attributes } = await askSqs(to, 'GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['QueueArn', 'VisibilityTimeout'],
  });
  const { QueueArn: arn, VisibilityTimeout: seconds } = Object(Attributes);
  return { url, arn: String(arn), visibilityMs: Number(seconds) * 1_000 };
}

function queueSource(
  to: ConnectionOf<'sqs'>,
  { url: QueueUrl, arn, visibilityMs }: FoundQueue,
): QueueSource<QueueRecord> {
  /** By tens; throws where something of it was refused. */
  const inBatches = async (operation: string, records: readonly QueueRecord[], more: object = {}): Promise<void> => {
    for (let at = 0; at < records.length; at += batchMax) {
      const Entries = records
        .slice(at, at + batchMax)
        .map(({ handle }, n) => ({ Id: `${n}`, ReceiptHandle: handle, ...more }));
      const { Failed } = await askSqs(to, operation, { QueueUrl, Entries });
      if (Array.isArray(Failed) && Failed.length > 0)
        throw new Error(`${operation} did not do ${Failed.length} of ${Entries.length}: ${JSON.stringify(Failed[0])}`);
    }
  };
  return {
    kind: 'queue',
    awayMs: visibilityMs,
    async receive({ max, waitMs, signal }) {
      const seconds = Math.min(waitSecondsMax, Math.ceil(waitMs / 1_000));
      const request = {
        QueueUrl,
        MaxNumberOfMessages: Math.min(max, batchMax),
        WaitTimeSeconds: seconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      };
      const answer = await askSqs(to, 'ReceiveMessage', request, { waitMs: seconds * 1_000, signal }).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
          return {};
        },
      );
      const messages: unknown = Object(answer)['Messages'] ?? [];
      return Array.isArray(messages) ? messages.map((message) => recordOf(Object(message), arn, to.region)) : [];
    },
    done: (records) => inBatches('DeleteMessageBatch', records),
    keepAway: (records, ms) =>
      inBatches('ChangeMessageVisibilityBatch', records, {
        VisibilityTimeout: Math.min(awaySecondsMax, Math.ceil(ms / 1_000)),
      }),
    close: async () => undefined,
  };
}

function recordOf(message: Readonly<Record<string, unknown>>, eventSourceARN: string, awsRegion: string): QueueRecord {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes, MD5OfBody } = message;
  const attributes: Readonly<Record<string, string>> = Object(Attributes ?? {});
  const wire = {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes,
    messageAttributes: attributesWire(Object(MessageAttributes ?? {})),
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
  return {
    id: String(MessageId),
    wire,
    bytes: Buffer.byteLength(JSON.stringify(wire)),
    madeAt: Number(attributes['SentTimestamp']),
    ...traceIn(attributes),
    handle: String(ReceiptHandle),
  };
}

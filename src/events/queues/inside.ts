import { SqsError } from '../../api/sqs/errors.ts';
import { queueArn } from '../../api/sqs/queue-name.ts';
import type { QueueConsumer } from '../queue-consumer.ts';
import { QueueMissingError, type QueueName, type QueueSender, type RequestSender } from '../queue-sender.ts';
import type { Durability } from '../../store/durable/contracts/durable-store.ts';
import type { MessageAttributes } from './rules/message-attributes.ts';
import type { KnownQueue } from './queue-book.ts';
import type { MessageRequest } from './rules/outgoing.ts';
import type { QueueMessages } from './queue-messages.ts';

/** Messages of one answer: each may have 1 MiB. */
const receivedMax = 10;

/** Who sent what parts of the service send. */
const sender = 'heddle';

/** Queues for other parts of this service. */
export function queuesInside(messages: QueueMessages, region: string): QueueSender & RequestSender & QueueConsumer {
  const known = async (name: QueueName): Promise<KnownQueue> => await orMissing(name, () => messages.queue(name));
  const sendTo = async (
    name: QueueName,
    queue: KnownQueue,
    request: MessageRequest,
    durability?: Durability,
    bytesMax?: number,
  ): Promise<{ readonly messageId: string }> => {
    const message = messages.prepare(queue, request, sender, bytesMax);
    const [sent] = await orMissing(name, () => messages.send(queue, [message], durability));
    return { messageId: sent?.messageId ?? message.messageId };
  };
  return {
    async has(name) {
      return await messages.queue(name).then(
        () => true,
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw error;
        },
      );
    },
    async send(name, { body, attributes = {}, numbers = {}, bytesMax, trace, groupId, deduplicationId }, durability) {
      const queue = await known(name);
      const request = {
        body,
        attributes: { ...typed('String', attributes), ...typed('Number', numbers) },
        ...(trace !== undefined && { trace }),
        ...(groupId !== undefined && { groupId }),
        ...(deduplicationId !== undefined && { deduplicationId }),
      };
      return await sendTo(name, queue, request, durability, bytesMax);
    },
    async request(name, request) {
      return await sendTo(name, await known(name), request);
    },
    async messageBytesMax(name) {
      return Number((await known(name)).attributes['MaximumMessageSize']);
    },
    async describe(name) {
      const { fifo, attributes } = await known(name);
      return { arn: queueArn(region, name), fifo, visibilityMs: Number(attributes['VisibilityTimeout']) * 1_000 };
    },
    async receive(name, how) {
      const queue = await known(name);
      return await orMissing(name, () => messages.receive(queue, { ...how, max: Math.min(how.max, receivedMax) }));
    },
    async delete(name, received) {
      const queue = await known(name);
      const receipts = received.map(({ receiptHandle }) => queue.receipts.receiptOf(receiptHandle));
      await orMissing(name, () => messages.delete(queue, receipts));
    },
    async changeVisibility(name, received, visibilityMs) {
      const queue = await known(name);
      const seconds = Math.ceil(visibilityMs / 1_000);
      const changes = received.map(({ receiptHandle }) => ({
        receipt: queue.receipts.receiptOf(receiptHandle),
        seconds,
      }));
      await orMissing(name, () => messages.changeVisibility(queue, changes));
    },
  };
}

function typed(DataType: string, values: Readonly<Record<string, string>>): MessageAttributes {
  return Object.fromEntries(Object.entries(values).map(([key, StringValue]) => [key, { DataType, StringValue }]));
}

async function orMissing<T>({ account, name }: QueueName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new QueueMissingError(`There is no queue ${name} in the account ${account}.`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SqsError && error.name === 'QueueDoesNotExist';
}

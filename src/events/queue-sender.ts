import type { Durability } from '../store/durable/contracts/durable-store.ts';
import type { MessageRequest } from './queues/rules/outgoing.ts';

/** A queue of this service, by whose it is. */
export interface QueueName {
  readonly account: string;
  readonly name: string;
}

/** A message for a queue, as whoever has something to say to it says it. */
export interface OutgoingMessage {
  readonly body: string;
  /** Of type `String`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of type `Number`. */
  readonly numbers?: Readonly<Record<string, string>>;
  /** Where it may be larger than clients of the queue may send, and than the queue is set to: the most, bytes. */
  readonly bytesMax?: number;
  /** The tracing header that it hands on. */
  readonly trace?: string;
  /** For FIFO queues. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** What parts of the service that are not SQS's clients need of its queues. */
export interface QueueSender {
  has(queue: QueueName): Promise<boolean>;
  /** Resolves when the message is kept. Throws QueueMissingError; Error where the queue does not take such a message; StoreFullError. */
  send(queue: QueueName, message: OutgoingMessage, durability?: Durability): Promise<{ readonly messageId: string }>;
}

/** What those need who send in SQS's own words, or have to fit in. */
export interface RequestSender {
  /** The same as {@link QueueSender.send} with all that a client of SQS can say. */
  request(queue: QueueName, request: MessageRequest): Promise<{ readonly messageId: string }>;
  /** How large a message may be there, with its attributes. Throws QueueMissingError. */
  messageBytesMax(queue: QueueName): Promise<number>;
}

/** There is no queue of this name. */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError';
}

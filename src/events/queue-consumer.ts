import type { QueueName } from './queue-sender.ts';
import type { DeliveredMessage } from './queues/rules/delivered.ts';

/** What a consumer needs to know of a queue before it takes from it. */
export interface ConsumedQueue {
  readonly arn: string;
  readonly fifo: boolean;
  /** How long what is received stays invisible where nothing else is said. */
  readonly visibilityMs: number;
}

/**
 * What parts of this service that take messages from its queues need of them: event sources, for instance. The order of calls: `receive`, then for
 * each message `delete` once it is done, or `changeVisibility` (0 gives it back at once), or neither: it comes again when its visibility is over.
 * All throw QueueMissingError.
 */
export interface QueueConsumer {
  describe(queue: QueueName): Promise<ConsumedQueue>;
  /** Resolves with up to `max` (10 at most) messages: at once if there are any, else with the first that come; none after `waitMs`, or when `signal` fires. */
  receive(queue: QueueName, how: ConsumerRequest): Promise<readonly DeliveredMessage[]>;
  /** What somebody else has received since stays where it is. */
  delete(queue: QueueName, messages: readonly DeliveredMessage[]): Promise<void>;
  /** `visibilityMs`: from now, whole seconds, 12 h from when it was received at most. */
  changeVisibility(queue: QueueName, messages: readonly DeliveredMessage[], visibilityMs: number): Promise<void>;
}

export interface ConsumerRequest {
  readonly max: number;
  readonly waitMs: number;
  readonly visibilityMs?: number;
  readonly signal?: AbortSignal;
}

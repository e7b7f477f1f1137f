import { ApiError } from '../../api/errors.ts';
import { SqsError } from '../../api/sqs/errors.ts';
import { CapacityError } from '../../model/errors.ts';
import type { Firing } from '../../store/durable/contracts/schedules.ts';
import { QueueMissingError } from '../queue-sender.ts';

/** A message for a dead-letter queue. */
export interface DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Takes what schedules send to where it belongs. */
export interface ScheduleDelivery {
  /** Resolves when the target has it and will not lose it. Throws DeliveryError. */
  occurrence(firing: Firing, region: string): Promise<void>;
  /**
   * Puts it into the target's dead-letter queue, if it has one. Gives why that queue will never take it, where it will not, and nothing where all
   * is well. Throws where that cannot be done now.
   */
  deadLetter(firing: Firing, letter: DeadLetter): Promise<string | undefined>;
}

/** A target did not take something. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** A word for it, as AWS has them: `ResourceNotFoundException`. */
  readonly code: string;
  /** Whether it may be taken another time. */
  readonly mayPass: boolean;
  constructor(code: string, message: string, mayPass = true, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.mayPass = mayPass;
  }
}

/** What was thrown while something was delivered, as it is logged and told to dead-letter queues; what its causes say already is not said again. */
export function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (error instanceof QueueMissingError)
    return new DeliveryError('AWS.SimpleQueueService.NonExistentQueue', error.message, false);
  if (error instanceof CapacityError) return new DeliveryError('TooManyRequestsException', error.message);
  if (error instanceof ApiError)
    return new DeliveryError(error.name, error.message, error.status >= 500 || error.status === 429);
  if (error instanceof SqsError)
    return new DeliveryError(error.queryCode, error.message, !error.bySender || error.name === 'OverLimit');
  if (!(error instanceof Error)) return new DeliveryError('InternalError', String(error));
  const failure = new DeliveryError(error.name, error.message, true, error.cause);
  // Nobody expected it: where it comes from is worth more than where it was caught.
  if (error.stack !== undefined) failure.stack = error.stack;
  return failure;
}

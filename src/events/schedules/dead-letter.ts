import type { Firing } from '../../store/durable/contracts/schedules.ts';
import type { DeadLetter, DeliveryError } from './delivery.ts';
import { payloadOf, scheduleArn, scheduleTime } from './payload.ts';

/** Why an occurrence is tried no more; the last word is ours: its account has as many already that are tried again as it may. */
export type GivenUpWhy = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'MaximumWaitingRetries';

/**
 * What a dead-letter queue gets of an occurrence: its payload, and what happened, as EventBridge Scheduler has it
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
 */
export function deadLetterOf(
  firing: Firing,
  { code, message }: Pick<DeliveryError, 'code' | 'message'>,
  why: GivenUpWhy,
  region: string,
): DeadLetter {
  return {
    body: payloadOf(firing, region),
    attributes: {
      SCHEDULED_TIME: scheduleTime(firing.scheduledAt),
      EXECUTION_ID: firing.executionId,
      IS_PAYLOAD_TRUNCATED: 'false',
      TARGET_ARN: firing.target.arn,
      SCHEDULE_ARN: scheduleArn(firing.schedule, region),
      ERROR_CODE: code,
      // What no attribute of a message may have would cost the whole letter.
      ERROR_MESSAGE: message
        .slice(0, 1_000)
        .toWellFormed()
        .replaceAll(/\p{Cc}/gu, ' '),
      RETRY_ATTEMPTS: String(firing.attempts - 1),
      EXHAUSTED_RETRY_CONDITION: why,
    },
  };
}

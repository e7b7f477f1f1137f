import { ApiError } from '../../../api/errors.ts';
import {
  optionalInteger,
  optionalObject,
  optionalString,
  requiredString,
  type JsonInput,
} from '../../../api/json-input.ts';
import { checkInput } from '../../../events/schedules/check-input.ts';
import { targetOf } from '../../../events/schedules/target.ts';
import type { ScheduleKey, ScheduleTarget } from '../../../store/durable/contracts/schedules.ts';

/** As AWS has them where nothing is said. */
const retriesUsual = 185;
const ageSecondsUsual = 86_400;

/** Members of other services' targets. */
const foreign = [
  'EcsParameters',
  'EventBridgeParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
  'KinesisParameters',
  'SageMakerPipelineParameters',
] as const;

/** Where occurrences go. Throws ValidationException for what this service cannot reach. */
export function readTarget(target: JsonInput, schedule: ScheduleKey, region: string): ScheduleTarget {
  const { account } = schedule;
  const arn = requiredString(target, 'Arn');
  for (const name of foreign)
    if (target[name] !== undefined && target[name] !== null)
      throw invalid(`${name} is for a service that is not here; a target is a function or a queue.`);
  const known = targetOf(arn, account, region);
  if (known === undefined)
    throw invalid(
      `Provided Arn is not in correct format, or of something that schedules of this service cannot reach: ${arn.slice(0, 200)}. ` +
        `It should be a function or a queue of account ${account} in ${region}, or arn:aws:scheduler:::aws-sdk:lambda:invoke or arn:aws:scheduler:::aws-sdk:sqs:sendMessage.`,
    );
  const input = optionalString(target, 'Input');
  const messageGroupId = optionalString(optionalObject(target, 'SqsParameters') ?? {}, 'MessageGroupId');
  const deadLetterArn = optionalString(optionalObject(target, 'DeadLetterConfig') ?? {}, 'Arn');
  if (deadLetterArn !== undefined) checkDeadLetter(deadLetterArn, account, region);
  const retry = optionalObject(target, 'RetryPolicy') ?? {};
  const read: ScheduleTarget = {
    arn,
    roleArn: requiredString(target, 'RoleArn'),
    ...(input !== undefined && { input }),
    ...(messageGroupId !== undefined && { messageGroupId }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    retriesMax: optionalInteger(retry, 'MaximumRetryAttempts') ?? retriesUsual,
    ageSecondsMax: optionalInteger(retry, 'MaximumEventAgeInSeconds') ?? ageSecondsUsual,
  };
  checkInput(schedule, read, known, { account, region });
  return read;
}

/** What is given up would be tried for ever where a queue that has groups can never take it. */
function checkDeadLetter(arn: string, account: string, region: string): void {
  const to = targetOf(arn, account, region);
  if (to?.kind === 'queue' && !to.name.endsWith('.fifo')) return;
  throw invalid(
    `The dead-letter queue ${arn.slice(0, 200)} should be the ARN of a standard queue of account ${account} in ${region}.`,
  );
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

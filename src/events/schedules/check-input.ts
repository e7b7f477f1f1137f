import { ApiError } from '../../api/errors.ts';
import type { Scope } from '../../api/function-ref.ts';
import { SqsError } from '../../api/sqs/errors.ts';
import type { ScheduleKey, ScheduleTarget } from '../../store/durable/contracts/schedules.ts';
import { operationCall } from './operation-call.ts';
import { payloadOf } from './payload.ts';
import type { KnownTarget } from './target.ts';

/** Of an occurrence as there may be one: what stands for it in the input may be what makes JSON of it. */
const anyOccurrence = { executionId: '00000000-0000-4000-8000-000000000000', scheduledAt: 0, attempts: 1 };

/** Throws ValidationException for an input that its target can never take. */
export function checkInput(
  schedule: ScheduleKey,
  target: ScheduleTarget,
  known: KnownTarget,
  { region, account }: Scope,
): void {
  if (known.kind === 'queue') return;
  if (known.kind === 'operation' && target.input === undefined)
    throw invalid('A universal target needs an Input: the request of its operation, in JSON.');
  const payload = payloadOf({ ...anyOccurrence, schedule, target }, region);
  try {
    if (known.kind === 'operation') operationCall(known.operation, payload, { account, region });
    else JSON.parse(payload);
  } catch (error) {
    if (known.kind === 'function')
      throw invalid('Invalid Input: for a function it should be well-formed JSON, and is none.', error);
    if (!(error instanceof ApiError) && !(error instanceof SqsError)) throw error;
    throw invalid(`Invalid Input for ${target.arn}: ${error.message}`, error);
  }
}

function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError('ValidationException', message, { cause });
}

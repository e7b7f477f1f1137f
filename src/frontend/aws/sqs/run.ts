import { ApiError } from '../../../api/errors.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import { SqsError } from '../../../api/sqs/errors.ts';
import type { Queues } from '../../../events/queues/queues.ts';
import { StoreFullError } from '../../../store/durable/contracts/durable-store.ts';
import { authorise } from '../../policies/authorise.ts';
import { sqsDeeds } from '../../policies/deeds/of-sqs.ts';
import type { AwsCall } from '../aws-api.ts';
import { operations } from './operations.ts';

/** Runs an operation, whichever protocol it came by; gives the members of its answer, or why it was refused. */
export async function run(
  operation: string,
  call: AwsCall,
  queues: Queues,
  read: () => JsonInput,
): Promise<Readonly<Record<string, unknown>> | SqsError> {
  const one = operations.get(operation);
  if (one === undefined)
    return new SqsError(
      'InvalidAction',
      `The action ${operation.slice(0, 64) || '(none)'} is not valid for this endpoint.`,
    );
  try {
    const input = read();
    const { key, region } = call;
    if (key.sessionToken !== undefined)
      for (const deed of sqsDeeds(operation, input, key.account, region)) authorise(key, deed);
    return await one({ queues, call, input });
  } catch (error) {
    if (error instanceof SqsError) return error;
    if (error instanceof StoreFullError)
      return new SqsError(
        'ServiceUnavailable',
        'There is no space left where the service keeps its queues (the disk of its home): nothing of this was done. Try again when there is.',
        { cause: error },
      );
    if (error instanceof ApiError && error.name === 'InvalidRequestContentException')
      return new SqsError('SerializationException', error.message, { cause: error });
    throw error;
  }
}

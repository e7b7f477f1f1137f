import { ApiError } from '../../../api/errors.ts';
import { errorPayload } from '../../../events/executions/rules/function-errors.ts';
import type { Executions } from '../../../events/executions/engine.ts';
import { executionArn, type WholeExecution } from '../../../model/executions/execution.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { Invocation } from '../../../model/invocations/invocation.ts';
import { limits } from '../../../model/limits.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import type { ApiReply, ApiRequest } from '../../routes/operation.ts';
import type { InvocationTarget } from '../find-function.ts';
import { durableName } from './not-durable.ts';

/** How an invocation of a durable function is answered: when it is on disk, or when it has ended. */
export type DurableInvocationType = 'Event' | 'RequestResponse';

/**
 * The way in for whoever invokes a durable function, whatever way that came (this operation, a queue, a schedule): starts an execution, or
 * finds the one that has its name. Throws DurableExecutionAlreadyStartedException where that is another.
 */
export async function startDurable(
  executions: Executions,
  { function: fn, payload, tenantId }: Pick<Invocation, 'function' | 'payload' | 'tenantId'>,
  type: DurableInvocationType,
  name: string = crypto.randomUUID(),
): Promise<{ readonly id: number; readonly uuid: string; readonly arn: string }> {
  const { durable } = fn;
  if (durable === undefined)
    throw new ApiError('InvalidParameterValueException', `${fn.arn} is not a durable function.`);
  const { execution, sameInput } = await executions.start({
    function: fn,
    kind: 'function',
    durable,
    name,
    input: Buffer.from(payload).toString(),
    resultBytesMax: type === 'Event' ? limits.eventPayloadBytesMax : limits.payloadBytesMax,
    ...(tenantId !== undefined && { tenantId }),
  });
  const arn = executionArn(execution);
  // Also where its name leads to another version by now: it goes on with the one that it began with.
  if (!sameInput) throw new ApiError('DurableExecutionAlreadyStartedException', `Execution already started: ${arn}`);
  return { id: execution.id, uuid: execution.uuid, arn };
}

/**
 * Answers an invocation of a durable function. Who waits for the answer is refused at once where the function has as many calls as it may: an
 * execution that nobody knows of would be started, and another with each time that the client tries again.
 */
export async function invokeDurable(
  {
    executions,
    workerManager,
  }: { readonly executions: Executions; readonly workerManager: Pick<WorkerManager, 'refusal'> },
  request: ApiRequest,
  target: InvocationTarget,
  invocation: Invocation,
  type: DurableInvocationType | 'DryRun',
): Promise<ApiReply> {
  const { function: fn } = target;
  if (type === 'DryRun') return { status: 204 };
  if (type === 'RequestResponse') checkWaited(fn);
  else if (invocation.payload.length > limits.eventPayloadBytesMax)
    throw new ApiError(
      'RequestTooLargeException',
      `Request must be smaller than ${limits.eventPayloadBytesMax} bytes for the InvokeFunction operation`,
    );
  const refusal = type === 'RequestResponse' ? await workerManager.refusal(fn) : undefined;
  if (refusal !== undefined) throw refusal;
  const started = await startDurable(executions, invocation, type, request.header(durableName));
  const headers = { 'x-amz-durable-execution-arn': started.arn };
  if (type === 'Event') return { status: 202, headers };
  return durableReply(headers, await executions.ended(started, request.gone()));
}

/** Nobody waits for longer than a function may run. */
function checkWaited({ durable }: FunctionVersion): void {
  if ((durable?.timeoutSeconds ?? 0) <= limits.executionWaitedSecondsMax) return;
  throw new ApiError(
    'InvalidParameterValueException',
    'You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.',
  );
}

function durableReply(arn: Readonly<Record<string, string>>, ended: WholeExecution): ApiReply {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': ended.version, ...arn };
  if (ended.status === 'SUCCEEDED') return { status: 200, headers, body: Buffer.from(ended.result ?? 'null') };
  const failed = { ...headers, 'x-amz-function-error': 'Unhandled' };
  return {
    status: 200,
    headers: failed,
    body: errorPayload(ended.error ?? { ErrorMessage: `The execution is ${ended.status}.` }),
  };
}

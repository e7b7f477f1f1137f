import { checkPattern } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { parseJson } from '../../../api/json-input.ts';
import { servingVersion } from '../../../model/function-record.ts';
import type { FunctionRecord } from '../../../model/function-record.ts';
import type { FunctionVersion } from '../../../model/function.ts';
import type { Invocation } from '../../../model/invocation.ts';
import { limits } from '../../../model/limits.ts';
import type { ApiReply, ApiRequest, Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction } from '../find-function.ts';
import type { EventQueue } from './event-queue.ts';
import { invokeReply } from './invoke-reply.ts';

/**
 * The one operation that runs functions. In this room, it hands an invocation to the worker manager and waits for it (`invoke-reply.ts` makes
 * the answer), or, of type `Event`, leaves it to `event-queue.ts`, which does so later.
 */
export function invoke({ store, workerManager, events }: LambdaContext): Operation {
  return {
    name: 'InvokeFunction',
    method: 'POST',
    path: `${functionsPath}/:functionName/invocations`,
    bodyBytesMax: limits.payloadBytesMax,
    async run(request) {
      const fn = invocable(await findFunction(store.functions, request));
      const invocation = readInvocation(request, fn);
      const type = invocationType(request);
      if (type === 'DryRun') return { status: 204, headers: executedVersion(fn) };
      if (type === 'Event') return acceptEvent(invocation, events);
      const outcome = await workerManager.invoke(invocation, request.gone());
      return invokeReply(outcome, fn, request.header('x-amz-log-type') === 'Tail');
    },
  };
}

function invocable(record: FunctionRecord): FunctionVersion {
  const { state } = record;
  if (state.status === 'Active') return servingVersion(record);
  throw new ApiError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. The function is currently in the following state: ${state.status}. ${state.reason}`,
  );
}

function readInvocation(request: ApiRequest, fn: FunctionVersion): Invocation {
  const { body, requestId, receivedAt } = request;
  if (body.length > 0) parseJson(body);
  const clientContext = readClientContext(request.header('x-amz-client-context'));
  return {
    function: fn,
    requestId,
    // As AWS has it: no payload at all is an empty object.
    payload: body.length > 0 ? body : Buffer.from('{}'),
    receivedAt,
    ...(clientContext !== undefined && { clientContext }),
  };
}

function readClientContext(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === '') return undefined;
  if (base64.length > limits.clientContextBytesMax)
    throw new ApiError(
      'RequestTooLargeException',
      `The client context has ${base64.length} bytes; at most ${limits.clientContextBytesMax} are allowed.`,
    );
  const bytes = Buffer.from(base64, 'base64');
  try {
    parseJson(bytes);
  } catch (cause) {
    throw new ApiError('InvalidRequestContentException', 'Client context must be a valid Base64-encoded JSON object.', {
      cause,
    });
  }
  return bytes.toString();
}

function invocationType(request: ApiRequest): 'RequestResponse' | 'Event' | 'DryRun' {
  const type = request.header('x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'RequestResponse' || type === 'Event' || type === 'DryRun') return type;
  checkPattern('invocationType', type, 'RequestResponse|Event|DryRun');
  return 'RequestResponse';
}

function acceptEvent(invocation: Invocation, events: EventQueue): ApiReply {
  if (invocation.payload.length > limits.eventPayloadBytesMax)
    throw new ApiError(
      'RequestTooLargeException',
      `Request must be smaller than ${limits.eventPayloadBytesMax} bytes for the InvokeFunction operation`,
    );
  events.accept(invocation);
  return { status: 202, headers: executedVersion(invocation.function) };
}

function executedVersion(fn: FunctionVersion): Readonly<Record<string, string>> {
  return { 'x-amz-executed-version': fn.version };
}

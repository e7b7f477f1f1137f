import { ApiError } from '../../../api/errors.ts';
import { checkPattern } from '../../../api/constraint.ts';
import { limits } from '../../../model/limits.ts';
import { asApiError } from '../../routes/error-handling.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { refuseDurable } from '../executions/not-durable.ts';
import { invocationTarget } from '../find-function.ts';
import { idempotencyKeyHeader } from '../invocation/idempotency-key.ts';
import { readInvocation } from '../invocation/invoke.ts';
import { checkNotDenied, permittedFunction } from '../policy/invocation-access.ts';
import { eventStreamType, invokeComplete, payloadChunk, type Complete } from './event-stream.ts';
import { invokeStreamed, type StreamedAnswer } from './streamed-answer.ts';

const name = 'InvokeWithResponseStream';

/**
 * Runs a function, and passes its answer on while that is made. Also a function error is the end of a stream: its last message says so, with what
 * was lost under way, as clients take a stream that breaks off for a whole one.
 */
export function invokeWithResponseStream(context: LambdaContext): Operation {
  const { store, workerManager, events, logger } = context;
  const refused = (error: unknown): Complete['error'] => {
    const { name: code, message } = asApiError(error, name, limits.payloadBytesMax, logger);
    return { code, details: message };
  };
  return {
    name,
    method: 'POST',
    path: '/2021-11-15/functions/:functionName/response-streaming-invocations',
    bodyBytesMax: limits.payloadBytesMax,
    async run(request) {
      const target = await invocationTarget(context, permittedFunction(store.settings, request));
      checkNotDenied(store.settings, target, request.scope);
      if (request.header(idempotencyKeyHeader) !== undefined)
        throw new ApiError(
          'InvalidParameterValueException',
          `An answer that streams is not kept, so that a request for one has no ${idempotencyKeyHeader}. Leave it out, or use Invoke.`,
        );
      refuseDurable(target.function, name);
      const invocation = readInvocation(request, target, context.policies);
      if (isDryRun(request)) return { status: 204 };
      events.loops.check(target.function, invocation.traceHeader);
      const answer = await invokeStreamed(workerManager, invocation, request.gone());
      const { startPath, startMs, instanceId, containerId } = answer.start;
      const headers = {
        'content-type': eventStreamType,
        'x-amz-executed-version': target.function.version,
        'x-heddle-start-path': startPath,
        'x-heddle-start-ms': startMs.toFixed(3),
        'x-heddle-instance': instanceId,
        'x-heddle-container': containerId,
      };
      const parts = messages(answer, request.header('x-amz-log-type') === 'Tail', refused);
      return { status: 200, headers, stream: { parts, leave: () => answer.leave() } };
    },
  };
}

async function* messages(
  answer: StreamedAnswer,
  withLog: boolean,
  refused: (error: unknown) => Complete['error'],
): AsyncGenerator<readonly Uint8Array[], void> {
  for await (const part of answer.parts) yield payloadChunk(part);
  yield invokeComplete(await completeOf(answer, withLog, refused));
}

async function completeOf(
  { outcome }: StreamedAnswer,
  withLog: boolean,
  refused: (error: unknown) => Complete['error'],
): Promise<Complete> {
  try {
    const { result, log } = await outcome;
    const told = withLog ? { log } : {};
    if (result.ok) return told;
    return { ...told, error: { code: result.functionError, details: Buffer.from(result.payload).toString() } };
  } catch (error) {
    const why = refused(error);
    return why === undefined ? {} : { error: why };
  }
}

function isDryRun(request: ApiRequest): boolean {
  const type = request.header('x-amz-invocation-type') ?? 'RequestResponse';
  if (type !== 'RequestResponse') checkPattern('invocationType', type, 'RequestResponse|DryRun');
  return type === 'DryRun';
}

import type { GivenKey, KeyedCalls } from '../../../events/async/keys.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { InvocationOutcome, InvocationResult } from '../../../model/invocations/invocation.ts';
import { limits } from '../../../model/limits.ts';
import type { ApiReply } from '../../routes/operation.ts';
import { repeatedHeaders } from './idempotency-key.ts';

/** Goes on also when the client has gone: whoever repeats the request will want its answer. */
const untilItEnds = new AbortController().signal;

/** An answer whose body is bytes. */
type BytesReply = ApiReply & { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };

/** The answer to a request with a key: that of the first with it, which may still be under way. */
export async function invokeOnce(
  calls: KeyedCalls,
  key: GivenKey,
  requestId: string,
  call: (signal: AbortSignal) => Promise<BytesReply>,
): Promise<ApiReply> {
  const first = await calls.run(key, requestId, () => call(untilItEnds));
  const { status, headers, body } = first.answer;
  if (!first.repeated) return { status, headers, body };
  return { status, headers: { ...headers, ...repeatedHeaders }, requestId: first.requestId, body };
}

/** The answer to an invocation: AWS's headers, and ours that say how it came to run and how long that took. */
export function invokeReply(outcome: InvocationOutcome, fn: FunctionVersion, withLog: boolean): BytesReply {
  const result = withinLimit(outcome.result);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amz-executed-version': fn.version,
    ...outcomeHeaders(outcome),
  };
  if (!result.ok) headers['x-amz-function-error'] = result.functionError;
  if (withLog) headers['x-amz-log-result'] = logTail(outcome.log);
  return { status: 200, headers, body: result.payload };
}

/** Ours, which every answer of a function has, whichever way it was asked. */
export function outcomeHeaders(outcome: InvocationOutcome): Record<string, string> {
  return {
    'x-heddle-start-path': outcome.startPath,
    'x-heddle-start-ms': outcome.startMs.toFixed(3),
    'x-heddle-duration-ms': outcome.durationMs.toFixed(3),
    'x-heddle-instance': outcome.instanceId,
    'x-heddle-container': outcome.containerId,
  };
}

/** The end of a log, base64. Begins with a whole character. */
export function logTail(log: string): string {
  const bytes = Buffer.from(log);
  let start = Math.max(0, bytes.length - limits.logTailBytes);
  // Bytes 10xxxxxx continue a UTF-8 character.
  while (start > 0 && start < bytes.length && (bytes.readUInt8(start) & 0xc0) === 0x80) start++;
  return bytes.toString('base64', start);
}

function withinLimit(result: InvocationResult): InvocationResult {
  if (result.payload.length <= limits.answerBytesMax) return result;
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limits.answerBytesMax} bytes).`,
  };
  return { ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(error)) };
}

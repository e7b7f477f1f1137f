import type { FunctionVersion } from '../../../model/function.ts';
import type { InvocationOutcome, InvocationResult } from '../../../model/invocation.ts';
import { limits } from '../../../model/limits.ts';
import type { ApiReply } from '../../operation.ts';

/** The answer to an invocation: AWS's headers, and ours that say how it came to run and how long that took. */
export function invokeReply(outcome: InvocationOutcome, fn: FunctionVersion, withLog: boolean): ApiReply {
  const result = withinLimit(outcome.result);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amz-executed-version': fn.version,
    'x-heddle-start-path': outcome.startPath,
    'x-heddle-start-ms': outcome.startMs.toFixed(3),
    'x-heddle-duration-ms': outcome.durationMs.toFixed(3),
    'x-heddle-instance': outcome.instanceId,
    'x-heddle-container': outcome.containerId,
  };
  if (!result.ok) headers['x-amz-function-error'] = result.functionError;
  if (withLog) headers['x-amz-log-result'] = logTail(outcome.log);
  return { status: 200, headers, body: result.payload };
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
  if (result.payload.length <= limits.payloadBytesMax) return result;
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limits.payloadBytesMax} bytes).`,
  };
  return { ok: false, functionError: 'Unhandled', payload: Buffer.from(JSON.stringify(error)) };
}

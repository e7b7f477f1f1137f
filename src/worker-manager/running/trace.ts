import { randomFillSync } from 'node:crypto';
import { allowedLineage, lineageIn } from '../../model/invocations/lineage.ts';
import { traceparentOf } from '../../model/invocations/trace-context.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';

/** Random bytes are drawn for so many calls at once. */
const pool = Buffer.alloc(2_048);
let at = pool.length;

function randomHex(bytes: number): string {
  if (at + bytes > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += bytes;
  return pool.toString('hex', at - bytes, at);
}

const rootPattern = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?=;|$)/i;
const sampledPattern = /(?:^|;)\s*Sampled=([01])(?=;|$)/i;

/**
 * The value of `_X_AMZN_TRACE_ID` for an invocation: `Root=…;Parent=…;Sampled=0;Lineage=…`, X-Ray's tracing header. A trace that the caller has
 * begun (`given`, the header `X-Amzn-Trace-Id`) goes on, with the caller's word whether it is sampled; else one begins, which is sampled
 * where the function's tracing is `Active`. What is malformed counts as not given. Its lineage is counted; whether that is a loop was asked before.
 */
export function traceHeader(
  given: string | undefined,
  fn: Pick<FunctionVersion, 'account' | 'name' | 'tracing'>,
  wallMs: number,
): string {
  const root = given === undefined ? undefined : rootPattern.exec(given)?.[1];
  const sampled = root === undefined ? undefined : sampledPattern.exec(given ?? '')?.[1];
  const seconds = Math.floor(wallMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  const trace = `Root=${root ?? `1-${seconds}-${randomHex(12)}`};Parent=${randomHex(8)}`;
  const lineage = allowedLineage(lineageIn(given), fn);
  return `${trace};Sampled=${sampled ?? (fn.tracing === 'Active' ? '1' : '0')};Lineage=${lineage}`;
}

/** The same as W3C's `traceparent`, for code that has a caller who is traced, or that is itself: others need none, and it costs. */
export function traceparentFor(own: string, given: string | undefined): string | undefined {
  return given?.includes('Root=') === true || own.includes(';Sampled=1') ? traceparentOf(own) : undefined;
}

/** What the REPORT line says of a sampled trace; undefined of others. */
export function sampledTrace(
  header: string | undefined,
): { readonly traceId: string; readonly segmentId: string } | undefined {
  const [, traceId, segmentId] = /^Root=([^;]+);Parent=([^;]+);Sampled=1(?:;|$)/.exec(header ?? '') ?? [];
  return traceId === undefined || segmentId === undefined ? undefined : { traceId, segmentId };
}

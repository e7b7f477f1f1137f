const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const headerPattern = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?=;|$)/i;
const parentPattern = /(?:^|;)\s*Parent=([0-9a-f]{16})(?=;|$)/i;

/**
 * X-Ray's tracing header for the same trace as W3C's `traceparent` (Trace Context, level 1): both have 128 bits for it, and 64 for who called. Undefined for what
 * is none, of a version that is not known, or all zeros.
 */
export function traceHeaderOf(traceparent: string | undefined): string | undefined {
  if (traceparent === undefined) return undefined;
  const [, trace = '', parent = '', flags = ''] = traceparentPattern.exec(traceparent) ?? [];
  if (!/[^0]/.test(trace) || !/[^0]/.test(parent)) return undefined;
  const sampled = Number.parseInt(flags, 16) & 1;
  return `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${parent};Sampled=${sampled}`;
}

/** W3C's `tracestate` has at most so many characters here; a longer one is not passed on, which its specification allows. */
const traceStateMax = 512;
const traceStatePattern = /^[\x20-\x7e]+$/;

/** A `tracestate` that can be passed on; undefined for others. */
export function traceStateOf(value: string | undefined): string | undefined {
  if (value === undefined || value.length > traceStateMax || !traceStatePattern.test(value)) return undefined;
  return value;
}

/** X-Ray's tracing header has some 200 characters. What is longer is none, as it is kept with each call, and given to its code. */
const traceHeaderMax = 1_024;

/** A tracing header that was given; undefined where it is too long to be one. */
export function givenHeader(value: string | undefined): string | undefined {
  return value === undefined || value.length > traceHeaderMax ? undefined : value;
}

/**
 * The tracing header of a request that has one (`X-Amzn-Trace-Id`), W3C's `traceparent`, or both. Where both are there, `traceparent` says who called, as instrumentation
 * of programs puts it there; the header's lineage stays.
 */
export function joinedTraceHeader(given: string | undefined, traceparent: string | undefined): string | undefined {
  const header = givenHeader(given);
  const parent = traceHeaderOf(traceparent);
  if (parent === undefined || header === undefined) return parent ?? header;
  const lineage = header.split(';').find((part) => part.trim().startsWith('Lineage='));
  return lineage === undefined ? parent : `${parent};${lineage.trim()}`;
}

/** The other way round; undefined where the header does not say who called. */
export function traceparentOf(header: string): string | undefined {
  const [, seconds, rest] = headerPattern.exec(header) ?? [];
  const parent = parentPattern.exec(header)?.[1];
  if (seconds === undefined || rest === undefined || parent === undefined) return undefined;
  const sampled = /(?:^|;)\s*Sampled=1(?=;|$)/.test(header) ? '01' : '00';
  return `00-${seconds}${rest}-${parent}-${sampled}`.toLowerCase();
}

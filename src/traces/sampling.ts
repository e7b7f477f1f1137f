import { randomFillSync } from 'node:crypto';

/** Which traces are kept. */
export interface Sampling {
  /** Of traces that begin here, so many are kept: 0 to 1. */
  readonly ratio: number;
  /** A caller's word whether its trace is kept holds. */
  readonly byCaller: boolean;
}

/** Random bytes are drawn for so many ids at once. */
const pool = Buffer.alloc(4_096);
let at = pool.length;

/** So many random bytes, in hexadecimal digits, that are not all zero. */
export function randomId(bytes: 8 | 16): string {
  if (at + bytes > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += bytes;
  const id = pool.toString('hex', at - bytes, at);
  return /[^0]/.test(id) ? id : randomId(bytes);
}

/** An id of a trace that begins now: its first 32 bits are the time in seconds, which AWS X-Ray wants. */
export function newTraceId(wallMs: number): string {
  const seconds = Math.floor(wallMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds.slice(-8)}${randomId(16).slice(8)}`;
}

/** Digits of a trace's id that are random whoever made it: the last 56 bits (W3C Trace Context, level 2). */
const randomDigits = 14;

/**
 * Whether a trace is kept: every host decides the same of one, by its id. `said`: whether its caller keeps it.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function isKept({ ratio, byCaller }: Sampling, traceId: string, said: boolean | undefined): boolean {
  if (byCaller && said !== undefined) return said;
  if (ratio >= 1) return true;
  if (ratio <= 0) return false;
  // 52 bits are as many as a number holds exactly.
  const drawn = Number.parseInt(traceId.slice(-randomDigits, -1), 16) / 2 ** 52;
  return drawn >= 1 - ratio;
}

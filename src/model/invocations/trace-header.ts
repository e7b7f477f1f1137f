/** What a tracing header says of the trace that a call belongs to. */
export interface GivenTrace {
  /** 32 hexadecimal digits, as W3C has them. */
  readonly traceId: string;
  /** The span that made the call: 16 hexadecimal digits. */
  readonly parentId: string | undefined;
  /** Whether the caller keeps its own part of the trace; undefined: it leaves that to others. */
  readonly sampled: boolean | undefined;
}

const rootPattern = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?=;|$)/i;
const parentPattern = /(?:^|;)\s*Parent=([0-9a-f]{16})(?=;|$)/i;
const sampledPattern = /(?:^|;)\s*Sampled=([01])(?=;|$)/i;
const nothingPattern = /^0*$/;

/** Reads AWS X-Ray's tracing header; undefined where it names no trace. */
export function givenTrace(header: string | undefined): GivenTrace | undefined {
  if (header === undefined) return undefined;
  const [, seconds = '', rest = ''] = rootPattern.exec(header) ?? [];
  const traceId = `${seconds}${rest}`.toLowerCase();
  if (nothingPattern.test(traceId)) return undefined;
  const parentId = parentPattern.exec(header)?.[1]?.toLowerCase();
  const sampled = sampledPattern.exec(header)?.[1];
  return {
    traceId,
    parentId: parentId === undefined || nothingPattern.test(parentId) ? undefined : parentId,
    sampled: sampled === undefined ? undefined : sampled === '1',
  };
}

/** The header that names a trace, and a span of it as the caller. What else stood in one that was given (a lineage) stays. */
export function headerOf(traceId: string, parentId: string, sampled: boolean, given?: string): string {
  const own = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${parentId};Sampled=${sampled ? '1' : '0'}`;
  const rest = given
    ?.split(';')
    .filter((part) => !/^\s*(?:Root|Parent|Sampled|Self)=/i.test(part) && part.trim() !== '');
  return rest === undefined || rest.length === 0 ? own : `${own};${rest.join(';')}`;
}

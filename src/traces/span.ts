/** Values that attributes of spans may have. */
export type AttributeValue = string | number | boolean;

/** A span that is over, ready to be exported: a part of a trace, with OpenTelemetry's words. Times are milliseconds since the Unix epoch, with fractions. */
export interface TraceSpan {
  /** 32 hexadecimal digits, the same for all of a trace. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** W3C's, as the caller gave it. */
  readonly traceState?: string | undefined;
  readonly name: string;
  readonly kind: 'server' | 'client' | 'consumer' | 'internal';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  /** Why it failed. */
  readonly error?: string | undefined;
}

/** Takes spans that are over. Returns at once, and never throws. */
export interface SpanSink {
  take(span: TraceSpan): void;
}

import type { Clock } from '../model/clock.ts';
import type { RunRecord } from '../model/invocations/run-record.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import { givenTrace, headerOf } from '../model/invocations/trace-header.ts';
import { isKept, newTraceId, randomId, type Sampling } from './sampling.ts';
import type { SpanSink, TraceSpan } from './span.ts';
import { stageSpans } from './spans/stage-spans.ts';

/** A wall clock that differs by more was set, ms. */
const clockSetMs = 20;

/** What a tracer needs. */
export interface TracerOptions {
  readonly clock: Clock;
  readonly sampling: Sampling;
  readonly sink: SpanSink;
  /** The name of this host, of a cluster. */
  readonly host?: string | undefined;
}

/** A span that has begun, and the trace that it is part of. */
export interface OpenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
}

/**
 * Says which calls are traced, and makes their spans when they are over, of the records that there are anyway. Where no export is configured there is none
 * of these, and nothing of this happens.
 */
export class Tracer {
  readonly clock: Clock;
  readonly #o: TracerOptions;
  #heldEpochMs = Number.NEGATIVE_INFINITY;

  constructor(options: TracerOptions) {
    this.#o = options;
    this.clock = options.clock;
  }

  /** The span of a call that has come with this tracing header; undefined where its trace is not kept. */
  begin(given: string | undefined, fn: Pick<FunctionVersion, 'tracing'>): OpenSpan | undefined {
    const trace = givenTrace(given);
    const traceId = trace?.traceId ?? newTraceId(this.clock.wall());
    const said = trace?.sampled ?? (fn.tracing === 'Active' ? true : undefined);
    if (!isKept(this.#o.sampling, traceId, said)) return undefined;
    return { traceId, spanId: randomId(8), parentId: trace?.parentId };
  }

  /** A span below the one that this header names as the caller; undefined where its trace is not kept. */
  within(header: string | undefined): OpenSpan | undefined {
    const trace = givenTrace(header);
    if (trace?.sampled !== true || trace.parentId === undefined) return undefined;
    return { traceId: trace.traceId, spanId: randomId(8), parentId: trace.parentId };
  }

  /** The header of what is called within a span. `given`: that of the call, of which the lineage stays. */
  headerWithin({ traceId, spanId }: OpenSpan, given: string | undefined): string {
    return headerOf(traceId, spanId, true, given);
  }

  /** A span is over: times are on the clock. */
  end(
    open: OpenSpan,
    span: Omit<TraceSpan, keyof OpenSpan | 'startMs' | 'endMs'> & { fromAt: number; toAt: number },
  ): void {
    const { fromAt, toAt, ...rest } = span;
    const epochMs = this.#epochMs;
    this.#o.sink.take({ ...rest, ...open, startMs: fromAt + epochMs, endMs: toAt + epochMs });
  }

  /** What happened to an invocation on this host. */
  ran(record: RunRecord): void {
    for (const span of stageSpans(record, this.#epochMs, this.#o.host)) this.#o.sink.take(span);
  }

  /** What is to be added to the clock for milliseconds since the Unix epoch: the same for all spans of a trace, though one clock has no fractions, until that is set. */
  get #epochMs(): number {
    const epochMs = this.clock.wall() - this.clock.now();
    if (Math.abs(epochMs - this.#heldEpochMs) > clockSetMs) this.#heldEpochMs = epochMs;
    return this.#heldEpochMs;
  }
}

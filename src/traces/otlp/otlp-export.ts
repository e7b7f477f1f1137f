import { type Attributes, createTraceState, type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { SpanSink, TraceSpan } from '../span.ts';
import { otlpExporter, type Rejected } from './exporter.ts';

/** What becomes of spans, in numbers. */
export interface ExportCounts {
  readonly exported: number;
  /** There was no room for them, as the receiver is slow or away. */
  readonly dropped: number;
  /** The receiver did not take them, or said that it has not kept them. */
  readonly failed: number;
  /** They wait, or are on their way. */
  readonly pending: number;
}

/** How spans are exported. */
export interface ExportOptions {
  /** Such as `http://127.0.0.1:4318`; undefined: what the variables `OTEL_EXPORTER_OTLP_…` say. */
  readonly endpoint: string | undefined;
  readonly version: string;
  /** Of a cluster, the host's name. */
  readonly host: string | undefined;
  /** Some were not taken, and why. Called for each batch. */
  readonly onFailed: (count: number, error: Error | undefined) => void;
  /** Spans that may wait or be on their way. */
  readonly queueMax: number;
}

/** So long the last ones have to leave when the service ends, ms. */
const lastMsMax = 5_000;

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Sends spans to an OpenTelemetry receiver by OTLP over HTTP, in batches. What cannot leave fast enough is dropped, and counted. */
export class OtlpExport implements SpanSink, AsyncDisposable {
  readonly #o: ExportOptions;
  readonly #processor: BatchSpanProcessor;
  readonly #common: Pick<ReadableSpan, 'resource' | 'instrumentationScope' | 'links' | 'events'>;
  #onEmpty: (() => void) | undefined;
  #pending = 0;
  #exported = 0;
  #dropped = 0;
  #failed = 0;

  constructor(options: ExportOptions) {
    this.#o = options;
    const { endpoint, host, queueMax, version } = options;
    // Never more are in it than may be: what is too many is counted here, and goes no further.
    const queue = { maxQueueSize: queueMax + 1, maxExportBatchSize: Math.min(512, queueMax) };
    this.#processor = new BatchSpanProcessor(this.#counted(endpoint), queue);
    const own = resourceFromAttributes({
      'service.name': 'heddle',
      'service.version': version,
      ...(host !== undefined && { 'service.instance.id': host }),
    });
    // Not of the process: its command line may have secrets in it.
    const said = detectResources({ detectors: [hostDetector, envDetector] });
    this.#common = {
      resource: defaultResource().merge(own).merge(said),
      instrumentationScope: { name: 'heddle', version },
      links: [],
      events: [],
    };
  }

  get counts(): ExportCounts {
    return { exported: this.#exported, dropped: this.#dropped, failed: this.#failed, pending: this.#pending };
  }

  take(span: TraceSpan): void {
    if (this.#pending >= this.#o.queueMax) {
      this.#dropped += 1;
      return;
    }
    this.#pending += 1;
    this.#processor.onEnd({ ...this.#common, ...readable(span) });
  }

  /** Sends what waits, as far as that is taken within some seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, lastMsMax);
    try {
      // Shutting down does not wait for a batch that is on its way to the exporter, which then takes it to nobody.
      await Promise.race([Promise.all([this.#processor.forceFlush(), this.#empty()]), late.promise]);
      await Promise.race([this.#processor.shutdown(), late.promise]);
    } catch (error) {
      if (this.#pending > 0) this.#o.onFailed(this.#pending, error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when nothing waits or is on its way. */
  #empty(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#onEmpty = resolve));
  }

  #counted(endpoint: string | undefined): SpanExporter {
    let rejected: Rejected | undefined;
    const exporter = otlpExporter(endpoint, (told) => (rejected = told));
    return {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          // What the receiver said of this batch; nothing comes between that and this.
          const error = rejected === undefined ? result.error : new Error(`The receiver refused them: ${rejected.why}`);
          const lost = rejected?.spans ?? spans.length;
          rejected = undefined;
          const failed = error === undefined ? 0 : Math.min(lost, spans.length);
          this.#pending -= spans.length;
          this.#failed += failed;
          this.#exported += spans.length - failed;
          if (this.#pending === 0) this.#onEmpty?.();
          if (failed > 0) this.#o.onFailed(failed, error);
          done(result);
        }),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
      shutdown: () => exporter.shutdown(),
    };
  }
}

function readable(span: TraceSpan): Omit<ReadableSpan, 'resource' | 'instrumentationScope' | 'links' | 'events'> {
  const { traceId, parentId, traceState, name, kind, startMs, endMs, error } = span;
  const state = traceState === undefined ? {} : { traceState: createTraceState(traceState) };
  const context = { traceId, spanId: span.spanId, traceFlags: 1, ...state };
  return {
    name,
    kind: kinds[kind],
    spanContext: () => context,
    ...(parentId !== undefined && { parentSpanContext: { traceId, spanId: parentId, traceFlags: 1 } }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(Math.max(0, endMs - startMs)),
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: attributesOf(span),
    ended: true,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function attributesOf({ attributes, error }: TraceSpan): Attributes {
  const given: Attributes = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) given[name] = value;
  }
  if (error !== undefined && given['error.type'] === undefined) given['error.type'] = error;
  return given;
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}

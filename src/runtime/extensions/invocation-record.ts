import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

type Invoke = RuntimeRequest & { readonly type: 'invoke' };
type Answer = RuntimeMessage & { readonly type: 'result' | 'error' };

/** One invocation as the platform tells of it, in AWS Lambda's shapes (its documentation: "Event schema reference"). */
export class InvocationRecord {
  readonly request: Invoke;
  readonly #init: RuntimeInit;
  readonly #telemetry: Telemetry;
  readonly #beganAt = performance.now();
  readonly #beganWallMs = Date.now();
  #answeredAt = 0;
  #answer: Answer | undefined;
  /** Of an answer that comes in parts. */
  #partsBytes = 0;
  #firstPartAt: number | undefined;

  constructor(init: RuntimeInit, request: Invoke, telemetry: Telemetry) {
    this.#init = init;
    this.request = request;
    this.#telemetry = telemetry;
    const { requestId } = request;
    telemetry.platform('start', { requestId, version: init.functionVersion, ...this.#tracing, ...this.#tenant });
  }

  /** What extensions are told. */
  get event(): object {
    const { requestId, timeoutMs, traceId, invokedArn = this.#init.functionArn } = this.request;
    return {
      eventType: 'INVOKE',
      deadlineMs: Math.round(this.#beganWallMs + timeoutMs),
      requestId,
      invokedFunctionArn: invokedArn,
      ...(traceId === undefined ? {} : { tracing: tracing(traceId) }),
    };
  }

  /** A part of the answer is passed on. */
  part(bytes: number): void {
    this.#firstPartAt ??= performance.now();
    this.#partsBytes += bytes;
  }

  /** The runtime has answered, or `errorType` is why it never will. */
  answered(answer: Answer | undefined, errorType?: string): void {
    this.#answer = answer;
    this.#answeredAt = performance.now();
    const durationMs = rounded(this.#answeredAt - this.#beganAt);
    const producedBytes = this.#partsBytes + (answer?.type === 'result' ? answer.payload.length : 0);
    const firstAt = this.#firstPartAt ?? this.#answeredAt;
    const latency = this.#span('responseLatency', this.#beganAt, firstAt);
    const duration = this.#firstPartAt === undefined ? [] : [this.#span('responseDuration', firstAt, this.#answeredAt)];
    this.#telemetry.platform('runtimeDone', {
      requestId: this.request.requestId,
      ...statusOf(answer, errorType),
      metrics: { durationMs, producedBytes },
      spans: [latency, ...duration],
      ...this.#tracing,
      ...this.#tenant,
    });
  }

  /** Extensions have done what they had to do, too. */
  finished(errorType?: string): void {
    const now = performance.now();
    const durationMs = rounded(now - this.#beganAt);
    const { initMs, memoryPeakMb = 0 } = this.#answer ?? {};
    this.#telemetry.platform('end', { requestId: this.request.requestId });
    this.#telemetry.platform('report', {
      requestId: this.request.requestId,
      ...statusOf(this.#answer, errorType),
      metrics: {
        durationMs,
        billedDurationMs: Math.ceil(durationMs),
        memorySizeMB: this.#init.memoryMb,
        maxMemoryUsedMB: Math.ceil(memoryPeakMb),
        ...(initMs === undefined ? {} : { initDurationMs: rounded(initMs) }),
      },
      spans: [this.#span('extensionOverhead', this.#answeredAt, now)],
      ...this.#tracing,
      ...this.#tenant,
    });
  }

  #span(name: string, from: number, to: number): object {
    const start = new Date(this.#beganWallMs + from - this.#beganAt).toISOString();
    return { name, start, durationMs: rounded(to - from) };
  }

  /** For whom it runs, where its function has tenants. */
  get #tenant(): object {
    const { tenantId } = this.request;
    return tenantId === undefined ? {} : { tenantId };
  }

  get #tracing(): object {
    const { traceId } = this.request;
    return traceId === undefined ? {} : { tracing: tracing(traceId) };
  }
}

function tracing(value: string): object {
  return { type: 'X-Amzn-Trace-Id', value };
}

function statusOf(answer: Answer | undefined, errorType: string | undefined): object {
  if (errorType !== undefined) return { status: 'error', errorType };
  return answer?.type === 'error' ? { status: 'error', errorType: answer.error.errorType } : { status: 'success' };
}

/** To microseconds, as AWS's are. */
export function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

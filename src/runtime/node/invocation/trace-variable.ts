/** Values of variables that one process may be given: they take some 10 MB. */
const valuesMax = 50_000;

/** The trace that an invocation is part of: in AWS X-Ray's words, and where its code is to know that, in W3C's. */
export interface TraceWords {
  readonly traceId?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly traceState?: string | undefined;
}

/**
 * `_X_AMZN_TRACE_ID`, `TRACEPARENT` and `TRACESTATE`, which each invocation has its own of
 * (https://opentelemetry.io/docs/specs/otel/context/env-carriers/). Node has no way to set a variable that does not cost memory for good (some 200
 * bytes: the C library keeps every value that it ever had), so that one process may only do it so often.
 */
export class TraceVariables {
  #count = 0;
  #hasParent = false;

  /** Whether this process is not to be given another one. */
  get worn(): boolean {
    return this.#count >= valuesMax;
  }

  set({ traceId, traceparent, traceState }: TraceWords): void {
    if (traceId !== undefined) this.#set('_X_AMZN_TRACE_ID', traceId);
    if (this.#hasParent) this.#unset();
    if (traceparent === undefined) return;
    this.#hasParent = true;
    this.#set('TRACEPARENT', traceparent);
    if (traceState !== undefined) this.#set('TRACESTATE', traceState);
  }

  #set(name: string, value: string): void {
    process.env[name] = value;
    this.#count += 1;
  }

  #unset(): void {
    this.#hasParent = false;
    delete process.env['TRACEPARENT'];
    delete process.env['TRACESTATE'];
  }
}

/** Invocations with a tracing header of their own that one process serves: they take some 10 MB. */
const tracesMax = 50_000;

/**
 * `_X_AMZN_TRACE_ID`, which each invocation has its own of. Node has no way to set a variable that does not cost memory for good (some 200
 * bytes: the C library keeps every value that it ever had), so that one process may only do it so often.
 */
export class TraceVariable {
  #count = 0;

  /** Whether this process is not to be given another one. */
  get worn(): boolean {
    return this.#count >= tracesMax;
  }

  set(traceId: string | undefined): void {
    if (traceId === undefined) return;
    process.env['_X_AMZN_TRACE_ID'] = traceId;
    this.#count += 1;
  }
}

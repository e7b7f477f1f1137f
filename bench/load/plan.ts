/** What the load generator is to do. */
export interface Plan {
  readonly port: number;
  /** Whole requests, head and body, sent as they are; those of one run take turns (by connection in a closed loop). */
  readonly requests: readonly string[];
  /** In a closed loop, how many callers; in an open one, how many connections there may be at most. */
  readonly connections: number;
  /** How long requests are sent. */
  readonly sendMs: number;
  /** How long answers are waited for after that. */
  readonly graceMs?: number;
  /** Requests a second, whether or not earlier ones were answered (an open loop). A closed loop where it is left out. */
  readonly rate?: number;
  /** Closed loop only: ends sooner, when so many answers came on each connection … */
  readonly answersPerConnectionMax?: number;
  /** … or on all together. */
  readonly answersMax?: number;
}

/** One entry a request, at the same index in each list. */
export interface Answers {
  /** When it was to be sent, milliseconds from the start: in a closed loop, when it was. */
  readonly dueMs: readonly number[];
  /** From then to the last byte of its answer. */
  readonly latencyMs: readonly number[];
  /** Of HTTP; 0 where the connection broke, 1 where the function failed. */
  readonly status: readonly number[];
  /** Index of the request in the plan. */
  readonly request: readonly number[];
  /** Not answered when the time was over. */
  readonly unanswered: number;
  /** From when a request was due to when it was sent, 99th percentile, milliseconds: all connections were taken, or the generator had no processor. */
  readonly lateMs: number;
}

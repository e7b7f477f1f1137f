/**
 * How calls of one function went within a step of time, as the dashboard is told: a row of its own for each step in which there was something. Times in milliseconds; percentiles
 * are null where nothing was measured, and exact to 5 %.
 */
export interface CallStep {
  /** When the step began, milliseconds since the Unix epoch, as text. */
  readonly id: string;
  /** Calls that ended, with what answer ever. */
  readonly calls: number;
  /** Of these, the function's own errors. */
  readonly errors: number;
  /** That were not started or had no outcome, beside those. */
  readonly refused: number;
  /** From the first line of user code to the answer. */
  readonly durationP50: number | null;
  readonly durationP99: number | null;
  /** From receiving the request to the first line of user code. */
  readonly startP50: number | null;
  readonly startP99: number | null;
  /** Calls by start path, in the order of `startPaths`. */
  readonly paths: readonly number[];
}

/** The same of the last hour together, and how many calls each of its minutes had. */
export interface CallSums extends Omit<CallStep, 'id'> {
  /** What the calls are billed by: memory for as long as they ran, GB × seconds. */
  readonly gbSeconds: number;
  /** When the last of them ended, milliseconds since the Unix epoch; null where none is known. */
  readonly lastAt: number | null;
  /** Calls and errors of the last sixty minutes, oldest first. */
  readonly minutes: readonly number[];
  readonly minuteErrors: readonly number[];
}

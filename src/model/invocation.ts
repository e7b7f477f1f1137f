import type { FunctionVersion } from './function.ts';
import type { StartPath } from './start-path.ts';

/** One request to run a function, as the frontend hands it to the worker manager. */
export interface Invocation {
  readonly function: FunctionVersion;
  /** UUID, given to the client and to user code. */
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** When the request was received, on {@link Clock.now}: the start of the measured start time. */
  readonly receivedAt: number;
  /** Decoded client context, JSON text. */
  readonly clientContext?: string;
}

/** How it ended for user code. A function error is an answer, not a failure of the service. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: Uint8Array }
  /** `payload` is JSON: `{errorType, errorMessage, trace?}`. */
  | { readonly ok: false; readonly functionError: 'Unhandled' | 'Handled'; readonly payload: Uint8Array };

/** The answer, and what it took. */
export interface InvocationOutcome {
  readonly result: InvocationResult;
  readonly startPath: StartPath;
  /** From `receivedAt` to the moment the host learned that the first line of user code was about to run. */
  readonly startMs: number;
  /** From that moment to the answer. */
  readonly durationMs: number;
  /** Initialisation of user code (its module's top level), where this invocation did it. */
  readonly initMs?: number;
  readonly memoryPeakMb: number;
  readonly instanceId: string;
  readonly containerId: string;
  /** START, what it printed, END, REPORT. */
  readonly log: string;
}

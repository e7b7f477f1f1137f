import type { AnswerTaker } from './answer-stream.ts';
import type { FunctionVersion } from '../functions/function.ts';
import type { Caller } from './caller.ts';
import type { SecurityPolicy } from '../policies/security-policy.ts';
import type { RunRecord } from './run-record.ts';
import type { StartPath } from './start-path.ts';

/** Whose doing a call is: a request's of the API or to a function's URL, or what events, queues and other sources, executions and objects have run. */
export type InvocationCause = 'api' | 'url' | 'event' | 'queue' | 'execution' | 'objects';

/** One request to run a function, as the frontend hands it to the worker manager. */
export interface Invocation {
  readonly function: FunctionVersion;
  /** UUID, given to the client and to user code. */
  readonly requestId: string;
  /** The ARN as it was called by, where that had a qualifier; else the function's own. */
  readonly invokedArn?: string;
  readonly payload: Uint8Array;
  /** When the request was received, on {@link Clock.now}: the start of the measured start time. */
  readonly receivedAt: number;
  /** Decoded client context, JSON text. */
  readonly clientContext?: string;
  /** For whom it runs; given exactly where the function has a `tenancy`. */
  readonly tenantId?: string;
  /** The tracing header that the caller sent, as it is. */
  readonly traceHeader?: string;
  /** W3C's `tracestate`, as the caller sent it beside that. */
  readonly traceState?: string;
  /** `api` where it is not said. */
  readonly cause?: InvocationCause;
  /** Code that runs here, and waits for it. */
  readonly calledBy?: Caller;
  /** What whoever calls takes from what the function may. */
  readonly policy?: SecurityPolicy;
  /** It is a thread, and this is who is told of it while it runs. */
  readonly watcher?: ThreadWatcher;
  /** Where it is no thread: its first line of user code is about to run. */
  readonly begun?: () => void;
  /** Takes the answer while it is made, where user code streams it. */
  readonly answer?: AnswerTaker;
  /** Ends it when it fires, wherever it is: queued, or running code that does not listen. */
  readonly cancel?: AbortSignal;
  /** Whoever asks holds a container while it waits: where there is no room, it is told so at once, lest all wait for each other. */
  readonly nested?: boolean;
  /**
   * Of one that another host has sent: how much may be wanted of each processor here that it is still well placed, as far as that host knows. Where more is, that host
   * would rather have it run elsewhere.
   */
  readonly loadMax?: number;
  /** The service has it run for itself: it is no call of its account's, which has limits. */
  readonly ofService?: boolean;
}

/** Who is told of a thread that runs. Called in this order: `placed`, `started`, then the others any number of times. */
export interface ThreadWatcher {
  /** It was handed to a container: messages may be sent from now on, until its end. */
  placed(lane: ThreadLane): void;
  /** Its first line of user code is about to run; on another host, where that is said. */
  started(path: StartPath, startMs: number, host?: string): void;
  /** One message of its lane. */
  received(data: Uint8Array): void;
  /** It printed something, to standard error where that is said; bounded as the log is. */
  printed(text: string, stderr?: true): void;
  /** Its instance was paused, or goes on: for who cannot ask the lane, as that is on another host. */
  stoodStill?(still: boolean): void;
}

/** The way to a running thread. After its end these do nothing. */
export interface ThreadLane {
  /** Where it runs, as far as that is known here. */
  readonly at?: { readonly instanceId: string; readonly containerId: string } | undefined;
  /** Who its code is to what it calls. */
  readonly caller?: Caller | undefined;
  /** Whether its instance is paused. */
  readonly paused?: () => boolean;
  /** Gives false when the sender should wait for `drained`. */
  send(data: Uint8Array): boolean;
  drained(): Promise<void>;
  /** Reads nothing more from its container, so that whoever floods it waits. */
  pause(): void;
  resume(): void;
  /**
   * Resolves when what was sent lies in the container's channel, and all that the container had said by then was received. Only of
   * meaning where nothing lies between the ends of a channel (`DriverCapabilities.directChannels`), and while it is not paused.
   */
  synced(): Promise<void>;
  /** Another thread of the same invocation begins: its time-out counts from now. */
  renew(): void;
}

/** How it ended for user code. A function error is an answer, not a failure of the service. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: Uint8Array }
  /** `payload` is JSON: `{errorType, errorMessage, trace?}`. */
  | { readonly ok: false; readonly functionError: 'Unhandled' | 'Handled'; readonly payload: Uint8Array };

/** Values of {@link ColdReason}. */
export const coldReasons = ['none-kept', 'all-taken', 'no-memory', 'booting'] as const;
/**
 * Why an invocation had to wait for a boot: nothing like what it needs is kept warm, all that was is taken, there was no memory
 * to keep it in, or it was on its way.
 */
export type ColdReason = (typeof coldReasons)[number];

/** The answer, and what it took. */
export interface InvocationOutcome {
  /** Of an answer that was streamed and is complete, the payload is empty. */
  readonly result: InvocationResult;
  /** The answer was streamed: so many bytes of it were passed on. */
  readonly streamedBytes?: number;
  readonly startPath: StartPath;
  /** Where the path is `cold-instance` and it is known. */
  readonly coldReason?: ColdReason;
  /** From `receivedAt` to the moment the host learned that the first line of user code was about to run. */
  readonly startMs: number;
  /** From that moment to the answer. */
  readonly durationMs: number;
  /** Initialisation of user code (its module's top level), where this invocation did it. */
  readonly initMs?: number;
  readonly memoryPeakMb: number;
  /** Processor time that it wanted, where its container could tell; and the time from the first line of its code to its answer, as seen there. */
  readonly cpuMs?: number;
  readonly ranMs?: number;
  /** The limit that ended it, where one did. */
  readonly limit?: 'time' | 'memory' | 'processes';
  readonly instanceId: string;
  readonly containerId: string;
  /** The host of the cluster that ran it, where that was another one. */
  readonly host?: string;
  /** When what happened to it; missing where another host ran it, which has that. */
  readonly record?: RunRecord;
  /** START, what it printed, END, REPORT. */
  readonly log: string;
  /** When its parts were printed; missing where all of it came at once. */
  readonly logTimes?: LogTimes;
  /** The name of its container's log stream, as its code knows it. */
  readonly logStream?: string;
}

/** From which character of a text on it was printed when, milliseconds since the Unix epoch; in order. */
export type LogTimes = readonly (readonly [offset: number, wallMs: number])[];

/** The log of an invocation that runs: what was printed until now. Only ever gets longer. */
export interface LogSoFar {
  readonly text: string;
  readonly times: LogTimes;
  /** The name of its container's log stream, as its code knows it. */
  readonly stream?: string | undefined;
}

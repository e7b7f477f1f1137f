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
  /** It is a thread, and this is who is told of it while it runs. */
  readonly watcher?: ThreadWatcher;
  /** Ends it when it fires, wherever it is: queued, or running code that does not listen. */
  readonly cancel?: AbortSignal;
  /** Whoever asks holds a container while it waits: where there is no room, it is told so at once, lest all wait for each other. */
  readonly nested?: boolean;
}

/** Who is told of a thread that runs. Called in this order: `placed`, `started`, then the others any number of times. */
export interface ThreadWatcher {
  /** It was handed to a container: messages may be sent from now on, until its end. */
  placed(lane: ThreadLane): void;
  /** Its first line of user code is about to run. */
  started(path: StartPath, startMs: number): void;
  /** One message of its lane. */
  received(data: Uint8Array): void;
  /** It printed something, to standard error where that is said; bounded as the log is. */
  printed(text: string, stderr?: true): void;
}

/** The way to a running thread. After its end these do nothing. */
export interface ThreadLane {
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

/**
 * Why an invocation had to wait for a boot: nothing like what it needs is kept warm, all that was is taken, there was no memory
 * to keep it in, or it was on its way.
 */
export type ColdReason = 'none-kept' | 'all-taken' | 'no-memory' | 'booting';

/** The answer, and what it took. */
export interface InvocationOutcome {
  readonly result: InvocationResult;
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
  /** START, what it printed, END, REPORT. */
  readonly log: string;
}

import type { MessagePort } from 'node:worker_threads';

/** What the runtime leaves for the `heddle` that is bundled into a thread's code: one object for each thread. */
export interface ThreadContext {
  /** Messages to and from whoever started the thread. */
  readonly port: MessagePort;
  /** Fires when the thread is asked to stop; its `reason` is what the caller gave. */
  readonly signal: AbortSignal;
  /** Which fork of itself it is. */
  readonly fork: ThreadFork;
  /** The way to the service for threads that this one starts. */
  readonly session: {
    send(bytes: Uint8Array): void;
    onBytes(listener: (bytes: Uint8Array) => void): void;
    /** Called when the thread is over: the next one in this container is somebody else. */
    onEnd(listener: () => void): void;
  };
}

/** Kept by the runtime. */
export interface ThreadFork {
  /** 0 in a thread that is none; forks count from 1. */
  index: number;
  /** Told in each fork, before anything else of its code runs. */
  readonly listeners: Set<(index: number) => void>;
}

/** Variable that has the number of a fork, in its process, of functions too. */
export const forkIndexVariable = 'HEDDLE_FORK_INDEX';

/** Where it is, on `globalThis`. */
export const threadContextKey: symbol = Symbol.for('heddle.thread');

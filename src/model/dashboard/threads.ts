import type { StartPath } from '../invocations/start-path.ts';

/** Why a thread has no result, or that it has one. */
export type ThreadOutcome = 'ok' | 'throw' | 'timeout' | 'oom' | 'cancelled' | 'lost' | 'capacity';

/** What a thread waited for: something that threads share, by its kind and name. Milliseconds from the thread's birth; without an end it still waits. */
export type ThreadWait = readonly [what: string, fromMs: number, toMs?: number];

/** A row of the topic `jobs`, by the job's id: a program that started threads, or a run of a function that did. */
export interface JobRow {
  /** What the first of its threads was named. */
  readonly name: string;
  /** When the first was ordered, milliseconds since the Unix epoch. */
  readonly bornAtMs: number;
  /** When the last of them ended, where all have. */
  readonly endedAtMs?: number;
  /** That are kept: a job may have had more. */
  readonly threads: number;
  readonly queued: number;
  readonly running: number;
  readonly failed: number;
  /** The order of jobs: grows. */
  readonly sequence: number;
}

/** A row of the topic `threads:JOB`, by the thread's id. Times are milliseconds from `bornAtMs`. */
export interface ThreadRow {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly bornAtMs: number;
  /** It was handed to a container; its first line of code ran; it ended. */
  readonly placedMs?: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly path?: StartPath;
  readonly instance?: string;
  readonly container?: string;
  readonly host?: string;
  /** The thread that started it. */
  readonly parent?: string;
  readonly end?: ThreadOutcome;
  /** When messages went to it and came from it, the first of each. */
  readonly to?: readonly number[];
  readonly from?: readonly number[];
  readonly waits?: readonly ThreadWait[];
}

/** One thread in full, as `/heddle/v1/threads/ID` gives it. */
export interface ThreadDetail extends ThreadRow {
  readonly id: string;
  readonly job: string;
  readonly memoryMb: number;
  readonly runtime: string;
  /** Its arguments, encoded with what is called; and its result. What goes in parts beside them is counted, too. */
  readonly argumentBytes: number;
  readonly resultBytes: number;
  readonly messagesTo: number;
  readonly messagesFrom: number;
  readonly cpuMs?: number;
  readonly memoryPeakMb?: number;
  /** The end of what it printed. */
  readonly log: string;
  readonly error?: { readonly type: string; readonly message: string; readonly trace: readonly string[] };
  /** Of OpenTelemetry's trace that it belongs to. */
  readonly traceId?: string;
}

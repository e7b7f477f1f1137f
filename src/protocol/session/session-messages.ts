import type { Trust } from '../../model/functions/portion.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';

/** Raised with every incompatible change; client and service refuse to talk across versions. */
export const sessionVersion = 3;

// A session: what a client and the service say to each other about threads, over one connection. Frames of MessagePack
// (protocol/framing/encode.ts). Threads are named by their client: a UUID each. Everything but `hello`, `welcome` and `received` is
// numbered by both sides, from 1 in the order of sending, so that a new connection can go on where one broke off.

/**
 * First on every connection. `session` and `received`: goes on with an older one, of which so many messages came through. `hosts`: takes messages of
 * that name.
 */
export interface SessionHello {
  readonly type: 'hello';
  readonly version: number;
  readonly session?: string;
  readonly received: number;
  readonly hosts?: true;
}

/** How a thread is to run. Sizes in MiB, times in milliseconds. */
export interface SpawnOrder {
  /** Content name of the code, which the service has (`has-code`, `code`). */
  readonly code: string;
  /** For people: in logs and lists. */
  readonly name: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Goes on without its client; its end is kept. */
  readonly detached: boolean;
  /** Its code can neither start threads nor reach what threads share. */
  readonly apart: boolean;
  /** What it may connect to (src/egress/policy/parse.ts). */
  readonly egress?: string;
  /** Which secrets are put into its requests (src/egress/policy/secret-uses.ts). */
  readonly secrets?: string;
  /** What it may at most: names of its account's policies, or one as JSON (src/policies/parse.ts). */
  readonly policy?: string;
  /** Nobody says anything to it while it runs, nor asks for it: it may be handed to a container along with others (protocol/threads/batch.ts). */
  readonly batches: boolean;
  readonly portion?: PortionOrder;
}

/** That a thread is a call of a part of its program that runs apart from the rest. */
export interface PortionOrder {
  readonly trust: Trust;
  readonly group: string;
  /** `any`: also where instances have no kernel of their own. Only then is one that is untrusted run there. */
  readonly kernel: 'own' | 'any';
}

/** What a thread is to do. */
export interface SpawnCall {
  readonly call: Uint8Array;
  readonly parts: boolean;
  /** W3C's words for the trace that it is part of, and who started it there. */
  readonly traceparent?: string;
  readonly traceState?: string;
}

/**
 * - `code`: part of a zip of code; `last` ends it. Answered when it is stored.
 * - `spawn`: starts a thread. `call` is for the runtime (protocol/threads/lane.ts); `parts`: some of it comes on the thread's lane.
 * - `lane`: a message for the thread's lane, only after `placed` or `started`, and never more bytes than its credit.
 * - `credit`: so many bytes of the thread's lane were taken; as many more may come.
 * - `cancel`: the lane's own request to stop was sent; after `graceMs` the thread is killed.
 * - `ask`: a question, answered by `answer` with the same `seq`.
 */
export type ClientMessage =
  | SessionHello
  | { readonly type: 'received'; readonly count: number }
  | {
      readonly type: 'code';
      readonly seq: number;
      readonly code: string;
      readonly data: Uint8Array;
      readonly last: boolean;
    }
  | ({ readonly type: 'spawn'; readonly thread: string } & SpawnCall & SpawnOrder)
  | { readonly type: 'lane'; readonly thread: string; readonly data: Uint8Array }
  | { readonly type: 'credit'; readonly thread: string; readonly bytes: number }
  | { readonly type: 'cancel'; readonly thread: string; readonly graceMs: number }
  | { readonly type: 'detach'; readonly thread: string }
  | { readonly type: 'attach'; readonly thread: string }
  | { readonly type: 'ask'; readonly seq: number; readonly question: Question };

/** What can be asked. `share`: see api/sharing.ts. `stop-share`: the question with this `seq` is not waited for any more. */
export type Question =
  | { readonly about: 'code'; readonly code: string }
  | { readonly about: 'thread'; readonly thread: string }
  | { readonly about: 'share'; readonly request: unknown }
  | { readonly about: 'stop-share'; readonly of: number }
  /** Says that this group of the program's portions is over; answered with true. */
  | { readonly about: 'portion'; readonly group: string }
  /** Has its instance stand still, or go on. */
  | { readonly about: 'move'; readonly thread: string; readonly move: 'pause' | 'resume' }
  /** The thread goes on so many times more, as threads of these names, which the client listens to already. */
  | { readonly about: 'fork'; readonly thread: string; readonly forks: readonly string[] }
  /** Threads will come, so many at once, within a time (ms) from now on: what is prepared for them is the answer. */
  | {
      readonly about: 'expect';
      readonly order: SpawnOrder;
      readonly count: number;
      readonly withinMs: number;
    }
  /** See frontend/threads/programs.ts. */
  | { readonly about: 'durable'; readonly request: unknown };

/** Why a thread has no result. */
export type ThreadEndKind = 'throw' | 'timeout' | 'oom' | 'cancelled' | 'lost' | 'capacity';

/** What was thrown, as text: only text crosses from a thread to whoever reads about it. */
export interface ThrownText {
  readonly type: string;
  readonly message: string;
  readonly trace: readonly string[];
  /** Of an answer: what else is to be known of the error, for programs. */
  readonly code?: string;
  readonly rev?: string;
}

/** How a thread ended. */
export type ThreadEnd = {
  readonly durationMs: number;
  /** Processor time that it took; of one that was killed, how long it ran. */
  readonly cpuMs: number;
  readonly memoryPeakMb: number;
  /** The end of what it printed. */
  readonly logTail: string;
} & (
  | { readonly ok: true; readonly result: Uint8Array }
  | { readonly ok: false; readonly kind: ThreadEndKind; readonly thrown: ThrownText }
);

/** What the service knows of a thread. */
export interface ThreadState {
  readonly state: 'queued' | 'running' | 'paused' | 'ended' | 'unknown';
  readonly name: string;
  readonly ageMs: number;
}

/** How a thread came to run, and how long that took from the service's receiving its order. */
export interface ThreadStart {
  readonly path: StartPath;
  readonly ms: number;
  /** Of a cluster, the name of the host that it runs on. */
  readonly host?: string;
}

/**
 * What the service says. `placed`: the thread has its container, which waits for the parts of its call. `stderr`: printed to
 * standard error. `hosts`, also in `welcome`: where else the service is, of one that has several hosts; none of them where its client has no way there.
 */
export type ServiceMessage =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly session: string;
      readonly received: number;
      readonly hosts?: readonly string[];
    }
  | { readonly type: 'hosts'; readonly urls: readonly string[] }
  | { readonly type: 'received'; readonly count: number }
  | { readonly type: 'placed'; readonly thread: string }
  | ({ readonly type: 'started'; readonly thread: string } & ThreadStart)
  | { readonly type: 'lane'; readonly thread: string; readonly data: Uint8Array }
  | { readonly type: 'credit'; readonly thread: string; readonly bytes: number }
  | { readonly type: 'log'; readonly thread: string; readonly text: string; readonly stderr?: true }
  | { readonly type: 'ended'; readonly thread: string; readonly end: ThreadEnd }
  | { readonly type: 'answer'; readonly seq: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly seq: number; readonly ok: false; readonly error: ThrownText };

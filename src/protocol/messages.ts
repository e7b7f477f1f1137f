import type { CodeFile } from '../model/functions/code.ts';
import type { RuntimeName } from '../model/runtimes/configuration.ts';

/** Raised with every incompatible change; host and guest refuse to talk across versions. */
export const protocolVersion = 7;

// Control channel: host ⇄ agent, channel 0 of an instance. One agent, many containers. A container is addressed by the
// number of its data channel: it has that channel for its whole life, and nobody has it afterwards.

/** What the agent says first, unasked, as soon as it runs. */
export interface AgentHello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly role: 'agent';
}

/**
 * Requests of the host. They are begun in order; each is answered with `done` or `failed` that carries its `seq`.
 * `identify` holds up those after it; making and ending a container do not, and may be answered later than those.
 *
 * - `identify`: who this instance is. Comes before anything else is asked, and again after a copy was made of a running
 *   instance: feeds `entropy` (64 bytes) to the kernel's generator, sets the clock and the host name, gives the kernel's
 *   boot id its new value where one can be given.
 * - `make-container`: a blank container: isolation, limits, the runtime started with `channel` as its data channel.
 *   `done` when its process exists; that the runtime is ready, the runtime itself says on the data channel.
 * - `code`: part of a code bundle for the agent's cache. `offset` is the position of `data` in the file. `last` ends it.
 * - `bind`: puts a cached bundle at `/var/task` of a blank container, read-only, and limits it to `memoryMb` from now on.
 * - `bind-layers`: links the files of a cached bundle, the layers of a function, into `/opt` of a blank container. Before `bind`.
 * - `rehearse-bind`: does the same for nobody: with a folder that it then removes.
 * - `drop-code`: forgets a cached bundle.
 * - `flush`: what a container wrote to its file descriptors 1 and 2 until now is said as `output` before the `done`, as far
 *   as its quota goes. Unknown ones are `done`.
 * - `kill`: ends a container and everything in it, at once. Answered when nothing of it is left. Unknown ones are `done`.
 * - `ping`: answered with the guest's wall clock, as `identify` is.
 * - `usage`: answered with the processor time that each container's processes wanted until now (`processorMs`, pairs of channel
 *   and milliseconds).
 */
export type AgentRequest =
  | {
      readonly type: 'identify';
      readonly seq: number;
      readonly instanceId: string;
      readonly wallMs: number;
      /** By how much the guest's clock is behind (or, below 0, ahead), where the host knows: says the time better than a message under way. */
      readonly behindMs?: number;
      readonly entropy: Uint8Array;
      /** It is who it was: it only stood still, and keeps its names. */
      readonly same?: true;
    }
  | {
      readonly type: 'make-container';
      readonly seq: number;
      readonly channel: number;
      readonly runtime: RuntimeName;
      /** For what size of function its runtime's own limit is to be; without it, for any. */
      readonly heapMb?: number;
      readonly pidsMax: number;
      readonly tmpBytes: number;
    }
  | {
      readonly type: 'code';
      readonly seq: number;
      readonly sha256: string;
      readonly files: readonly (CodeFile & { readonly offset: number })[];
      readonly last: boolean;
    }
  /** The code lies complete in a folder of this name below the profile's `codeTrees`; `bytes` are its files'. */
  | {
      readonly type: 'code-tree';
      readonly seq: number;
      readonly sha256: string;
      readonly name: string;
      readonly bytes: number;
    }
  /** The only file of this code, sent just before, is a SquashFS image that the host has made of it. */
  | { readonly type: 'code-image'; readonly seq: number; readonly sha256: string }
  | {
      readonly type: 'bind';
      readonly seq: number;
      readonly channel: number;
      readonly sha256: string;
      readonly memoryMb: number;
      /** Size of a `/tmp` of its own, MiB, that is not part of that memory; without it, it keeps what it was made with, which is. */
      readonly storageMb?: number;
      /** PEM of whom its code is to trust beside others, put where `authorityFiles` says. */
      readonly authority?: string;
    }
  | {
      readonly type: 'bind-layers';
      readonly seq: number;
      readonly channel: number;
      readonly sha256: string;
    }
  | { readonly type: 'rehearse-bind'; readonly seq: number; readonly sha256: string }
  | { readonly type: 'drop-code'; readonly seq: number; readonly sha256: string }
  | { readonly type: 'flush'; readonly seq: number; readonly channel: number }
  | { readonly type: 'kill'; readonly seq: number; readonly channel: number }
  | { readonly type: 'usage'; readonly seq: number }
  | { readonly type: 'ping'; readonly seq: number };

/** Why a container ended. `memory`: it went over its limit and was killed for it. */
export type ContainerExitReason = 'exit' | 'killed' | 'memory' | 'processes';

/**
 * What the agent says. `output` is what was written to the container's file descriptors 1 and 2 behind the runtime's back:
 * it may be overtaken by the runtime's answer, but not by `container-exited`, nor by the `done` of a `flush`.
 */
export type AgentMessage =
  | AgentHello
  | {
      readonly type: 'done';
      readonly seq: number;
      readonly wallMs?: number;
      readonly processorMs?: readonly (readonly [channel: number, ms: number])[];
    }
  | { readonly type: 'failed'; readonly seq: number; readonly message: string }
  | {
      readonly type: 'container-exited';
      readonly channel: number;
      readonly reason: ContainerExitReason;
      readonly code: number | null;
      readonly signal: string | null;
      /** The most memory that its processes were seen to have for themselves, MiB, where it had code. */
      readonly memoryPeakMb?: number;
    }
  | { readonly type: 'output'; readonly channel: number; readonly text: string };

// Data channel: host ⇄ runtime of one container. One invocation at a time.

/** What a runtime says first, when it is loaded and waits for code. */
export interface RuntimeHello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly role: 'runtime';
}

/**
 * Sent once, beside the agent's `bind`, which it may overtake: the runtime prepares itself and does not look at the code
 * yet. Environment and so on are complete: the runtime adds nothing of its own.
 */
export interface RuntimeInit {
  readonly type: 'init';
  /** `file.export`, below `/var/task`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logGroup: string;
  readonly logStream: string;
  /** Seeds `Math.random`: a positive 31-bit integer, fresh for each container. */
  readonly randomSeed: number;
  /** PEM of whom its code is to trust beside others: what a file says comes too late for a process that runs. */
  readonly authority?: string;
  /** Layers have extensions: a supervisor comes between host and runtime (src/runtime/extensions). The code is bound before this is sent. */
  readonly extensions?: true;
  /** Said by a supervisor: after `initialised` the runtime waits for `go` before it calls its first handler. */
  readonly gated?: true;
}

/**
 * What the host says to a runtime. The first `invoke` comes when the agent has bound the code. `rehearse` any
 * number of times before `init`, one at a time: go through the motions of an invocation, leave nothing of it, and say hello again.
 */
export type RuntimeRequest =
  | { readonly type: 'rehearse' }
  | RuntimeInit
  | {
      readonly type: 'invoke';
      readonly requestId: string;
      /** How long the handler may take, from when it may run: its runtime tells the time that remains by the same clock, ms. */
      readonly timeoutMs: number;
      readonly payload: Uint8Array;
      /** Value of `_X_AMZN_TRACE_ID` while it runs. */
      readonly traceId?: string;
      /** Value of `TRACEPARENT` while it runs, and of `TRACESTATE`: the same in W3C's words, where its code is to know them. */
      readonly traceparent?: string;
      readonly traceState?: string;
      readonly clientContext?: string;
      /** Whose invocation it is, where the function's callers say that. */
      readonly tenantId?: string;
      /** Only as the first one: what comes before the first handler, and no handler. Answered with an empty `result`; not said: `initialised`. */
      readonly initialise?: true;
      /** The function's ARN as it was called by, where that is not `init`'s. */
      readonly invokedArn?: string;
      /** A thread: `payload` is a call (threads/lane.ts) of any export of the module, and `lane` messages may go both ways until its answer. */
      readonly thread?: true;
      /** Its answer may be streamed, where its code does that: `limits.streamWindowBytes` of it may come (answer-window.ts), more when those are taken. */
      readonly stream?: true;
    }
  /** So much of the running invocation's answer was taken: as much more may come. Dropped by who has answered. */
  | { readonly type: 'took'; readonly bytes: number }
  /** Nobody takes the rest of that answer. Nothing more of it is to come, its code goes on. Dropped by who has answered. */
  | { readonly type: 'left' }
  /** For the running thread, or one that has just answered, and is then dropped. */
  | { readonly type: 'lane'; readonly data: Uint8Array }
  /** Only to what was `gated`, once. */
  | { readonly type: 'go' }
  /** Its instance is about to be forked: let no user code run on the main thread until `go-on`. Answered with `held` when its event loop comes to it. */
  | { readonly type: 'hold' }
  /** To a fork that is held, in which the clock shows another time for the moment: be no copy in what is random. Answered with `held`, too. */
  | { readonly type: 'reseed'; readonly randomSeed: number }
  /** What is held goes on; `forkIndex` is 0 in what was forked, and counts from 1 in its forks. These variables are others from now on. */
  | { readonly type: 'go-on'; readonly forkIndex: number; readonly environment: Readonly<Record<string, string>> }
  /** Only where there are extensions: end, within so long. Nothing comes after it. */
  | { readonly type: 'shutdown'; readonly reason: 'spindown' | 'timeout' | 'failure'; readonly timeoutMs: number };

/**
 * `errorType`, `errorMessage` and `trace`, as AWS Lambda reports a function's error. `json`: the whole, as a runtime that is not ours
 * has it; the caller gets it as it is.
 */
export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
  /** Of what a thread threw: its `code`, such as `ENOENT`. */
  readonly errorCode?: string;
  readonly json?: string;
}

/**
 * What a runtime says. For each invocation: `started` exactly once, in the very moment before the first line of user
 * code that runs for it (module top level if this one initialises, else the handler), written out before that line
 * runs; `log` any number of times (`stderr`: a thread's, for standard error); then `result` or `error`, the last word.
 * An answer that was asked for as a `stream` may come in parts before that: `stream` once, then `part` any number of times, none larger than
 * `limits.streamPartBytesMax`; the payload of `result` is empty then, and an `error` says that it is not whole.
 * `initMs` stands on the one that initialised.
 * On that one `initialised` is said too, when the module's top level has ended and its handler is about to be called: the
 * function's time-out counts from there, not from `started`, as the host cannot tell the two apart from outside.
 * An error before the handler's first line (no such module, bad JSON) comes without `started`.
 * `phase: 'init'` marks an error of the module's top level. `exits` marks an error that the runtime does not outlive (of
 * initialisation, an uncaught exception, an unhandled rejection): nothing may be sent to it any more, its process ends.
 * `memoryPeakMb` is the most that the runtime's process ever had for itself: not its program, which is mapped from a file.
 * `cpuMs`: processor time that the runtime's process wanted meanwhile: had, and where the kernel tells (`/proc/self/schedstat`), stood
 * in line for. `ranMs`: from `started` to the answer.
 * `spent`: the container is not to be used again; what an earlier thread left behind in it has failed.
 * `printedRaw` marks an answer before which user code, or a program that it started, may have written to file descriptors 1
 * and 2 behind the runtime's back: the host has the agent `flush` the container before it takes the answer for whole.
 * `lingers`: extensions are not done with the invocation; `rested` says that they are, and only then may the next one come. It is said
 * after an `init` with extensions, too, when they have registered and the runtime can take its first invocation.
 */
export type RuntimeMessage =
  | RuntimeHello
  | { readonly type: 'started' }
  | { readonly type: 'initialised' }
  | { readonly type: 'rested' }
  | { readonly type: 'held' }
  | { readonly type: 'log'; readonly text: string; readonly stderr?: true }
  | { readonly type: 'lane'; readonly data: Uint8Array }
  | { readonly type: 'stream'; readonly contentType: string }
  | { readonly type: 'part'; readonly data: Uint8Array }
  | {
      readonly type: 'result';
      readonly payload: Uint8Array;
      readonly memoryPeakMb: number;
      readonly cpuMs?: number;
      readonly ranMs?: number;
      readonly initMs?: number;
      readonly printedRaw?: true;
      readonly spent?: true;
      readonly lingers?: true;
    }
  | {
      readonly type: 'error';
      readonly phase: 'init' | 'invoke';
      readonly error: FunctionErrorBody;
      readonly exits?: true;
      readonly memoryPeakMb: number;
      readonly cpuMs?: number;
      readonly ranMs?: number;
      readonly initMs?: number;
      readonly printedRaw?: true;
      readonly spent?: true;
      readonly lingers?: true;
    };

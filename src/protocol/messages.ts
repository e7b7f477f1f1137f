import type { CodeFile } from '../model/code.ts';
import type { RuntimeName } from '../model/configuration.ts';

/** Raised with every incompatible change; host and guest refuse to talk across versions. */
export const protocolVersion = 4;

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
  | {
      readonly type: 'bind';
      readonly seq: number;
      readonly channel: number;
      readonly sha256: string;
      readonly memoryMb: number;
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
      /** Milliseconds since the Unix epoch, on the clock that the agent was given. */
      readonly deadlineWallMs: number;
      readonly payload: Uint8Array;
      readonly clientContext?: string;
      /** A thread: `payload` is a call (threads/lane.ts) of any export of the module, and `lane` messages may go both ways until its answer. */
      readonly thread?: true;
    }
  /** For the running thread, or one that has just answered, and is then dropped. */
  | { readonly type: 'lane'; readonly data: Uint8Array };

/** `errorType`, `errorMessage` and `trace`, as AWS Lambda reports a function's error. */
export interface FunctionErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
  /** Of what a thread threw: its `code`, such as `ENOENT`. */
  readonly errorCode?: string;
}

/**
 * What a runtime says. For each invocation: `started` exactly once, in the very moment before the first line of user
 * code that runs for it (module top level if this one initialises, else the handler), written out before that line
 * runs; `log` any number of times (`stderr`: a thread's, for standard error); then `result` or `error`, the last word.
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
 */
export type RuntimeMessage =
  | RuntimeHello
  | { readonly type: 'started' }
  | { readonly type: 'initialised' }
  | { readonly type: 'log'; readonly text: string; readonly stderr?: true }
  | { readonly type: 'lane'; readonly data: Uint8Array }
  | {
      readonly type: 'result';
      readonly payload: Uint8Array;
      readonly memoryPeakMb: number;
      readonly cpuMs?: number;
      readonly ranMs?: number;
      readonly initMs?: number;
      readonly printedRaw?: true;
      readonly spent?: true;
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
    };

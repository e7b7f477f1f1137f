import type { CodeBundle } from '../model/functions/code.ts';
import type { BlankKind, Configuration } from '../model/runtimes/configuration.ts';
import type { AnswerSource } from '../model/invocations/answer-stream.ts';
import type { Caller } from '../model/invocations/caller.ts';
import type { ThreadLane } from '../model/invocations/invocation.ts';
import type { ContainerNetwork } from '../model/network.ts';
import type { ContainerExitReason, FunctionErrorBody, RuntimeInit } from '../protocol/messages.ts';
import type { InstanceExit } from './contract.ts';

/**
 * A booted instance as the pools and the worker manager see it: the agent answers, the instance has its own identity,
 * entropy and time, and its first blank containers are up. Made by `boot` (guest/boot.ts) on top of any driver.
 */
export interface Guest {
  readonly id: string;
  readonly configuration: Configuration;
  /** Blank containers that were up when the guest was handed over. Later ones come from `makeContainer`. */
  readonly firstContainers: readonly GuestContainer[];
  /** Why not all that its containers connect to is carried out of it, in words; undefined where it is. */
  readonly limited?: string | undefined;
  /** How many more containers can ever be made in this instance; it runs out of channels in the end. */
  readonly containersLeft: number;
  /** Resolves once, when the instance is dead, whyever: it died, misbehaved and was destroyed, or `destroy` was called. */
  readonly exited: Promise<InstanceExit>;
  /** Resolves when the new container's runtime is up and waits for code. Throws InstanceLostError if the guest dies. */
  makeContainer(kind: BlankKind, signal: AbortSignal): Promise<GuestContainer>;
  /** Sends code ahead, so that its first container finds it there. Never rejects. `code` is only called if the instance lacks it. */
  hold(sha256: string, code: () => Promise<CodeBundle>): Promise<void>;
  /**
   * Processor time that each living container's processes have wanted until now, milliseconds by container id: what they had, and
   * where the kernel tells, what they stood in line for. Read by the agent from its kernel; some 100 µs a container in gVisor.
   */
  processorMs(): Promise<ReadonlyMap<string, number>>;
  /**
   * Goes through the motions of what will be asked of it first, so that this is quick later: a fresh agent has compiled
   * nothing yet, a copy of a template finds everything cold, and an emulated one has to translate its code. For instances
   * that wait; others do it on the way. Only while all of `firstContainers` are blank. Rejects if the guest fails at it,
   * and is then to be destroyed.
   */
  warmUp(): Promise<void>;
  /** Nothing runs in it until `wake`, where the driver can do that: for one that has nothing to do. Whatever is asked of it wakes it. */
  rest(): void;
  /** It is about to be used. Without `rest` before, it does nothing. */
  wake(): void;
  /** What its containers have connected to; absent where nothing is carried. */
  readonly connections?: GuestConnections;
  residentBytes(): Promise<number>;
  /** Has it paused, resumed and forked. Absent where it can be none of these. */
  readonly moves?: GuestMovement;
  /** Idempotent; resolves when nothing of the instance is left. */
  destroy(): Promise<void>;
}

/** Why connections of a guest are ended: it is about to be paused or moved, is a copy, or the machine has slept, and others have given up waiting. */
export type WhyParted = 'paused' | 'forked' | 'moved' | 'slept';

/**
 * All connections of a guest, for whoever is about to have it stand still: `part`, then stop it; `join`, as soon as it goes on. While it is
 * parted it holds no connection, and none is on its way.
 */
export interface GuestConnections {
  /**
   * Ends all of them: others at once, by a reset or in order as the policy of the function says; in the containers by resets, of which their
   * kernels know when this resolves. Who connects or asks for a name from then on waits there. Rejects, and the guest is lost, if that cannot be had.
   */
  part(why: WhyParted): Promise<void>;
  /** Who waits goes on. */
  join(): void;
}

/** What a guest can do as a whole, where it can: its driver may be able to do none of it. */
export interface GuestMovement {
  /** Where it lies when it is paused: in files, its processes gone, or stopped in memory. Undefined: it cannot be paused. */
  readonly pausesTo: 'disk' | 'memory' | undefined;
  /** Whether its containers can be forked. */
  readonly forks: boolean;
  /** It is paused, is about to be, or is not back. */
  readonly paused: boolean;
  /** From now on this one is told of its moves, before others that were told before. */
  watchMoves(watcher: MoveWatcher): void;
  /**
   * All in it stands still from now on, wherever it is in its work. `folder` exists, is empty and the guest's until it has gone on or is destroyed; then its
   * owner removes it. Resolves with the bytes that lie there. Rejects with CannotMoveError while containers in it are being made, loaded or ended, where it cannot be done at
   * all, or if it fails: then it goes on. What ends a container meanwhile ends the guest; nothing else may be asked of it.
   */
  pause(folder: string, signal: AbortSignal): Promise<number>;
  /** It goes on where it stood, with the right time. Rejects if it does not come back: then it is destroyed. */
  resume(signal: AbortSignal): Promise<void>;
  /**
   * Guests that go on where this one stands, each with one container that does (and its blank ones), and with entropy, names and time of its own. This one
   * goes on. Their code runs when it is told (`ForkedGuest.goOn`), with numbers from 1 on. `folder` is needed until this returns. Rejects with CannotMoveError; then there are none.
   */
  fork(container: GuestContainer, count: number, folder: string, signal: AbortSignal): Promise<readonly ForkedGuest[]>;
}

/** One fork of a guest, whose forked container stands still. */
export interface ForkedGuest {
  readonly guest: Guest;
  readonly container: GuestContainer;
  /**
   * Its code goes on, with what it finds outside from now on. In the middle of an invocation it is `invocation` that it answers: settles as `GuestContainer.invoke` does.
   * One that was idle is idle.
   */
  goOn(around: Pick<CodeSurroundings, 'network'>): void;
  goOn(around: Pick<CodeSurroundings, 'network'>, invocation: ContainerInvocation): Promise<RuntimeAnswer>;
}

/** What happens to a guest as a whole. */
export type Move = 'pause' | 'fork';

/**
 * Who is told when a guest is about to stand still, and when it goes on: whoever keeps something open into it. `before` may say something to those inside and
 * outside; what it waits for holds up the move, and what it throws is the move's failure. `after` is called in this order: for the guest itself, and for each fork with that.
 */
export interface MoveWatcher {
  before(move: Move): void | Promise<void>;
  /** It has gone on, or the move has failed and it never stood still. `fork`: one that was made of it, before any code of it runs. */
  after(move: Move, fork?: Guest): void;
}

/** How a container ended. `protocol`: it said on its channel what no runtime may say, and was killed for it. */
export interface ContainerExit {
  readonly reason: ContainerExitReason | 'protocol' | 'instance-lost';
  readonly code: number | null;
  readonly signal: string | null;
  /** The most memory that its processes were seen to have for themselves, MiB, where that is known. */
  readonly memoryPeakMb?: number;
}

/** Why a container ends, as its extensions are told. */
export type EndReason = 'spindown' | 'timeout' | 'failure';

/** What a runtime answered. `spent`, `exits`: the container must not be used again; of `exits` it dies by itself. */
export type RuntimeAnswer = {
  readonly memoryPeakMb: number;
  /**
   * Processor time that its process wanted meanwhile (had, and where the kernel tells, stood in line for), and the time from the first
   * line of user code to the answer, both measured inside, milliseconds. User code could forge them.
   */
  readonly cpuMs?: number;
  readonly ranMs?: number;
  readonly initMs?: number;
  readonly spent?: true;
  /** Extensions are not done with the invocation: resolves when they are, and not before may the next one come. Rejects if the container dies. */
  readonly rested?: Promise<void>;
} & (
  | { readonly ok: true; readonly payload: Uint8Array }
  | {
      readonly ok: false;
      readonly phase: 'init' | 'invoke';
      readonly error: FunctionErrorBody;
      readonly exits?: true;
    }
);

/** The layers of a function, merged. */
export interface LayersSource {
  /** Names them and their order, as a SHA-256 in base64. */
  readonly sha256: string;
  /** Only called if the instance lacks them. */
  readonly code: () => Promise<CodeBundle>;
}

/** What a container's code finds beside itself. */
export interface CodeSurroundings {
  /** Put into `/opt` before the code is there. */
  readonly layers?: LayersSource | undefined;
  /** Without it nothing outside is found. */
  readonly network?: ContainerNetwork | undefined;
  /** Size of a `/tmp` that is not part of its memory, MiB; without it, it has the usual one, which is. */
  readonly storageMb?: number | undefined;
}

/** The way to the thread that runs in a container. */
export type ContainerLane = Omit<ThreadLane, 'renew'>;

/** What one invocation needs. */
export interface ContainerInvocation {
  readonly requestId: string;
  /** How long its handler may take, ms. */
  readonly timeoutMs: number;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly tenantId?: string;
  /** Only as the first: loads the function's module, and calls no handler. */
  readonly initialise?: true;
  /** X-Ray's tracing header, for its environment. */
  readonly traceId?: string;
  /** The same in W3C's words, where its code is to know them; and `tracestate`. */
  readonly traceparent?: string;
  readonly traceState?: string;
  /** The function's ARN as it was called by, where that is not the one it was loaded with. */
  readonly invokedArn?: string;
  /** It is a thread: the payload is a call, and messages go both ways. */
  readonly thread?: {
    /** At once, when `invoke` was called. */
    readonly onLane: (lane: ContainerLane) => void;
    readonly onMessage: (data: Uint8Array) => void;
  };
  /** Takes the answer in parts, where user code streams it. `onBegin` is called at most once, after `onStarted`; then parts, before `invoke` resolves. */
  readonly answer?: {
    readonly onBegin: (contentType: string, source: AnswerSource) => void;
    readonly onPart: (data: Uint8Array) => void;
  };
  /** The first line of user code is about to run. Called at most once, and before `invoke` resolves if it does. */
  readonly onStarted: () => void;
  /** The module's top level has ended, its handler is about to be called. Only after `load`, after `onStarted`, at most once. */
  readonly onInitialised?: () => void;
  /** Text that user code printed, in order; not yet cut to any quota by the host. `stderr`: a thread's, for standard error. */
  readonly onLog: (text: string, stderr?: true) => void;
  /**
   * The same, after the answer: what went around the runtime (child processes, `writeSync(1, …)`) takes another way. Bounded.
   * Called until the container's next invocation. It lives as long as the container: it should hold on to little.
   */
  readonly onLateLog?: (text: string) => void;
}

/**
 * One container in a guest, and its data channel. Life: blank → `load` once → `invoke` any number of times, one at a
 * time → dead. Calling out of order throws.
 */
export interface GuestContainer {
  /** Unique across hosts. */
  readonly id: string;
  readonly kind: BlankKind;
  /** Resolves once, when the container is dead, whyever. */
  readonly exited: Promise<ContainerExit>;
  /**
   * Gives a blank container its code: sends the bundle to the instance's cache if it is not there, binds it, sends
   * `init`. Resolves when the code is in its place (not when it has run), so that `invoke` can follow at once. From now on
   * the container is killed where it takes more than `init.memoryMb`.
   * `code` is only called if the cache lacks the bundle.
   */
  load(sha256: string, code: () => Promise<CodeBundle>, init: RuntimeInit, around?: CodeSurroundings): Promise<void>;
  /** Rejects with ContainerDiedError (guest/boot.ts) if the container dies first. Has no time-out: the caller kills. */
  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer>;
  /**
   * What was printed since `load` if it has died before an `invoke`, which is told it otherwise: by a wrapper, or by a Node of the
   * function's own that refuses its options. It is given once, and bounded.
   */
  unheard(): string;
  /** Who its code is to what it calls, once it has that. */
  readonly caller?: Caller | undefined;
  /** Its code has extensions, which are told before it ends. */
  readonly hasExtensions: boolean;
  /** As `kill`; where there are extensions, they have two seconds before. */
  end(reason: EndReason): Promise<void>;
  /** Ends it from outside, whatever its code is doing; idempotent. If the agent does not obey, the instance dies too. */
  kill(): Promise<void>;
}

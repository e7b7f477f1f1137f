import type { CodeBundle } from '../model/code.ts';
import type { BlankKind, Configuration } from '../model/configuration.ts';
import type { ThreadLane } from '../model/invocation.ts';
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
  /** How many more containers can ever be made in this instance; it runs out of channels in the end. */
  readonly containersLeft: number;
  /** Resolves once, when the instance is dead, whyever: it died, misbehaved and was destroyed, or `destroy` was called. */
  readonly exited: Promise<InstanceExit>;
  /** Resolves when the new container's runtime is up and waits for code. Throws InstanceLostError if the guest dies. */
  makeContainer(kind: BlankKind, signal: AbortSignal): Promise<GuestContainer>;
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
  residentBytes(): Promise<number>;
  /** Idempotent; resolves when nothing of the instance is left. */
  destroy(): Promise<void>;
}

/** How a container ended. `protocol`: it said on its channel what no runtime may say, and was killed for it. */
export interface ContainerExit {
  readonly reason: ContainerExitReason | 'protocol' | 'instance-lost';
  readonly code: number | null;
  readonly signal: string | null;
}

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
} & (
  | { readonly ok: true; readonly payload: Uint8Array }
  | {
      readonly ok: false;
      readonly phase: 'init' | 'invoke';
      readonly error: FunctionErrorBody;
      readonly exits?: true;
    }
);

/** The way to the thread that runs in a container. */
export type ContainerLane = Omit<ThreadLane, 'renew'>;

/** What one invocation needs. */
export interface ContainerInvocation {
  readonly requestId: string;
  readonly deadlineWallMs: number;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  /** It is a thread: the payload is a call, and messages go both ways. */
  readonly thread?: {
    /** At once, when `invoke` was called. */
    readonly onLane: (lane: ContainerLane) => void;
    readonly onMessage: (data: Uint8Array) => void;
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
  load(sha256: string, code: () => Promise<CodeBundle>, init: RuntimeInit): Promise<void>;
  /** Rejects with ContainerDiedError (guest/boot.ts) if the container dies first. Has no time-out: the caller kills. */
  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer>;
  /** Ends it from outside, whatever its code is doing; idempotent. If the agent does not obey, the instance dies too. */
  kill(): Promise<void>;
}

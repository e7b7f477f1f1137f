import type { CodeBundle } from '../model/functions/code.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { Invocation, InvocationOutcome, LogSoFar, ThreadWatcher } from '../model/invocations/invocation.ts';
import type { Expectation, PreparationAnswer } from '../model/preparations.ts';
import type { BlankKind } from '../model/runtimes/configuration.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import type { StartPath } from '../model/invocations/start-path.ts';

/**
 * The hand-over from the frontend: takes a request that is authenticated, authorised and within its limits, finds it a
 * container by the cheapest path there is, runs it, and says what it took. Shares nothing else with the frontend, so
 * that later it can be another machine's.
 */
export interface WorkerManager {
  /**
   * Runs one invocation. Function errors (thrown, timed out, crashed, out of memory) are outcomes. Throws CapacityError
   * (queue full or waited too long), ThrottledError (its account or function has as many calls as it may), NeverFitsError, StoppingError, InstanceLostError (the instance died under it and user code had
   * already begun, so that it cannot be tried again unasked). When `signal` fires the client has gone: a queued request is dropped, a running one goes on.
   */
  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome>;
  /** So many calls of a function's may be there at once, and others of its account never get them; undefined: it shares what nobody reserves. */
  reserve(account: string, functionName: string, concurrency: number | undefined): void;
  /** What `invoke` would refuse a call of this function with if it came now; undefined where it would take it. Takes nothing. */
  refusal(fn: FunctionVersion): Promise<Error | undefined>;
  /** What the calls of an account take that have not ended. */
  useOf(account: string): CallsUse;
  /** An account may have more calls at once than before, or less. */
  limitsChanged(account: string): void;
  /** Keeps so many containers of these versions initialised and ready, until it is told otherwise; without parts, none. */
  provision(key: ProvisionedKey, parts: readonly ProvisionedPart[]): void;
  provisioned(key: ProvisionedKey): ProvisionedState | undefined;
  /**
   * Calls of a function will come: prepares containers for as many of them as it may, and says at once of how many not, and why. Each is given its
   * code and has loaded its module (a blank container, or an instance first, where none is there), so that its call is a
   * reused-container; what nobody has used when the time is over is let go. May be called as often as calls are expected, one
   * expectation beside the other: what different reasons expect at the same time are the same calls, what one reason expects adds up, and idle
   * containers that are there anyway serve it.
   *
   * The function's account pays: it counts against its limits of calls and of memory, beside a bound of its own (`limits.expectedCalls…`).
   * It costs other calls nothing: nothing is begun while any call waits or wants the processors, only memory that is free is taken, never
   * all, and it is the first that is given back. Takes microseconds, and never rejects what it cannot do now: it throws RangeError only
   * where count or time is out of its range.
   */
  prepare(expectation: Expectation): PreparationAnswer;
  /**
   * Containers of this function's `$LATEST`, or the version that is said, whose revision is neither `keepRevisionId` nor made of it by a policy take
   * no new work, and end when idle.
   */
  retire(account: string, functionName: string, keepRevisionId: string, version?: string): void;
  /** A published version, or where none is said the whole function, is gone: its containers take no new work, and end when idle. */
  removed(account: string, functionName: string, version?: string): void;
  /**
   * A program, or a group of its portions, is over: instances that only those ran in take no new work, and end when nothing runs in them.
   */
  portionsEnded(account: string, program: string, group?: string): void;
  /** What the first invocation of a function would find now. */
  readiness(fn: FunctionVersion): Readiness;
  /** Pausing, resuming and forking; absent where this is no worker manager of instances. */
  readonly moves?: InstanceMoves;
  snapshot(): ServiceSnapshot;
  /** No new work; running invocations end, or are cut after `deadlineMs`; then every instance is destroyed. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * What can be done with instances as a whole. `name` is that of an instance or of a container, as snapshots have them, or the id of a request that runs (of a thread: its
 * own); all throw NoSuchInstanceError where the account has none, and CannotMoveError where it cannot be done with that one, as it is.
 */
export interface InstanceMoves {
  /** Whether its driver can do that at all. */
  readonly can: { readonly pause: 'disk' | 'memory' | undefined; readonly fork: boolean } | undefined;
  /**
   * Has an instance stand still, whatever runs in it. Where `name` is no instance's, nothing else may run beside it. The time of what runs does not pass, and its memory
   * is others' where it is paused to disk. It is ended when it has been paused for `limits.pausedMsMax`, with the service, or by what ends what runs in it.
   */
  pause(account: string, name: string): Promise<PausedInstance>;
  /** Has it go on. Throws CapacityError where its memory is not free. */
  resume(account: string, name: string): Promise<{ readonly instanceId: string }>;
  /**
   * Has a container go on so many times more, each in an instance of its own: a thread in the middle of its work, each fork as another thread; or one that is idle. Throws
   * CapacityError or ThrottledError where the account may not have so many, or there is no room.
   */
  fork(account: string, name: string, order: ForkOrder): Promise<readonly ForkedInstance[]>;
}

/** What is to be made: forks of a thread, each with who is told of it; or so many of an idle container. */
export type ForkOrder = { readonly count: number } | { readonly threads: readonly ForkedThread[] };

/** A thread that a fork is to be. */
export interface ForkedThread {
  readonly requestId: string;
  readonly watcher: ThreadWatcher;
  readonly cancel: AbortSignal;
  /** Called once: how it ended. */
  readonly ended: (outcome: Promise<InvocationOutcome>) => void;
}

/** An instance that stands still. */
export interface PausedInstance {
  readonly instanceId: string;
  readonly to: 'disk' | 'memory';
  /** On the disk. */
  readonly bytes: number;
  /** How long it may stay so, ms. */
  readonly leftMs: number;
}

export interface ForkedInstance {
  readonly instanceId: string;
  readonly containerId: string;
  readonly forkIndex: number;
}

/** How many calls, those that wait for capacity included, and what their containers take together, MB. */
export interface CallsUse {
  readonly concurrency: number;
  readonly memoryMb: number;
}

/** What an account may have at once, now. */
export interface CallLimits {
  readonly concurrencyMaxOf: (account: string) => number;
  /** What the containers of its calls may take together, MB. */
  readonly memoryMbMaxOf?: (account: string) => number;
  /** Where these limits hold for several hosts together: what this one may use of them. */
  readonly shared?: SharedCalls;
}

/** What this host may use of limits that hold for several. */
export interface SharedCalls {
  /** Of an account; `calls`: what is in use of it here, from now on. To be asked for each time: what was not used for long is forgotten. */
  of(account: string, calls: CallsInUse): AccountShare;
}

/**
 * What is in use here of an account. A pool is what calls take one token of each: those of a function that has reserved some (`f:` and its name), or of all others
 * together (empty).
 */
export interface CallsInUse {
  readonly memoryMb: number;
  /** Threads that wait until the account may have more calls. */
  readonly waiting: number;
  useOf(pool: string): number;
  /** Those that calls are in. */
  pools(): Iterable<string>;
  /** There may be room for who waits. */
  review(): void;
}

/** What this host has of an account, without asking anybody; and how it asks for more. */
export interface AccountShare {
  /** Whether one more call of this pool may come in, as far as this host has tokens. They are counted by who is in (`CallsInUse`). */
  takes(pool: string, memoryMb: number): boolean;
  /** Asks for what was missing of a pool. Resolves when there is an answer: look again. Undefined where it was answered just now, and asking again would not help. */
  more(pool: string): Promise<void> | undefined;
  /** A call has ended. */
  ended(): void;
}

/** What containers are kept ready for. */
export interface ProvisionedKey {
  readonly account: string;
  readonly functionName: string;
  /** A version's number, or an alias. */
  readonly qualifier: string;
}

/** An alias that divides its invocations has two. */
export interface ProvisionedPart {
  readonly function: FunctionVersion;
  readonly count: number;
}

/** How far it is. */
export interface ProvisionedState {
  readonly requested: number;
  /** Of these, initialised: ready, or in use. */
  readonly available: number;
  readonly status: 'READY' | 'IN_PROGRESS' | 'FAILED';
  /** Where it failed. It is tried again. */
  readonly why?: string;
}

/** Whether the first invocation of a function would start at once, as far as is known, and how; else why not, for people. */
export type Readiness = ReadyContainers &
  ({ readonly ready: true; readonly path: StartPath } | { readonly ready: false; readonly why: string });

/** Blank containers that a first invocation could be given, and those on their way. */
interface ReadyContainers {
  readonly blanks: number;
  readonly making: number;
}

/** What calls of a function need, by names that are the same on every host. */
export interface CallNeeds {
  /** Names the code, for one owner, and the owner: the first 48 bits of a hash. Where two have one name, a guess is wrong, and nothing else. */
  readonly code: number;
  readonly owner: number;
  readonly kind: BlankKind;
  readonly memoryMb: number;
}

/** How much a host has to do, and how much it could. */
export interface HostLoad {
  readonly processors: number;
  /** Of these, what is wanted by calls that run, and by those that wait as far as that is long beside what it takes to go elsewhere. */
  readonly wanted: number;
  readonly running: number;
  readonly waiting: number;
  /** It takes no more that waits. */
  readonly full: boolean;
  /** MiB: in all, free, and that of what is idle and could make room. */
  readonly memoryMb: number;
  readonly memoryFreeMb: number;
  readonly memoryIdleMb: number;
}

/** What there is for calls to come, as other hosts are told. */
export interface HostStock {
  /** Codes of which containers are here. */
  readonly codes: Iterable<{ readonly code: number; readonly idle: number; readonly busy: number }>;
  /** Owners that have instances here, and how many blank containers of each kind are in them. */
  readonly owners: Iterable<{ readonly owner: number; readonly blanks: ReadonlyMap<BlankKind, number> }>;
  /** Instances of the warming pool that are ready and have a blank container of a kind. */
  readonly warm: ReadonlyMap<BlankKind, number>;
}

/** What may become of the next calls here. None of it takes anything, and `idleOf` and `load` are asked for each call. */
export interface Outlook {
  readonly load: HostLoad;
  needsOf(fn: FunctionVersion, tenantId?: string): CallNeeds;
  /** Containers that its next call would find idle. */
  idleOf(fn: FunctionVersion, tenantId?: string): number;
  /** Whether it has containers here, whatever they do. */
  holds(fn: FunctionVersion, tenantId?: string): boolean;
  /** Whether its next call would find a blank container, its owner's or one of the warming pool, and memory for it. */
  blankFor(fn: FunctionVersion, tenantId?: string): boolean;
  /** Looks at everything: for a summary. */
  stock(): HostStock;
}

/** What the worker manager asks of the code store: a function's code, or its layers as one. */
export type CodeSource = (fn: FunctionVersion, what?: 'layers') => Promise<CodeBundle>;

/** Told of everything worth counting. Must return at once and must not throw. */
export interface WorkerObserver {
  invoked(fn: FunctionVersion, requestId: string, outcome: InvocationOutcome): void;
  /** What a running invocation has printed until now. Then `invoked` or `refused` follows. */
  printed?(fn: FunctionVersion, requestId: string, log: LogSoFar): void;
  /** So many bytes more of an answer were passed on while it was made. */
  streamed?(bytes: number): void;
  /** What an invocation printed around its runtime and that came after its outcome. Any number of times, bounded. */
  printedLate?(fn: FunctionVersion, requestId: string, text: string): void;
  /** An invocation that had no outcome. */
  refused(fn: FunctionVersion, requestId: string, error: Error): void;
  instanceStarted(configuration: string, tookMs: number): void;
  instanceEnded(configuration: string, detail: string, expected: boolean): void;
  instanceFailed(configuration: string, error: Error): void;
}

/** The processors that what runs has to share. */
export interface Processors {
  readonly count: number;
  /** Whether nearly all of their time was taken, by whatever it may be, of late. */
  full(): boolean;
}

import type { Duplex } from 'node:stream';
import type { CodeBundle } from '../model/functions/code.ts';
import type { BlankKind, Configuration, RuntimeName } from '../model/runtimes/configuration.ts';

/**
 * What a driver is: a way to make a place with a kernel of its own (or, for `host`, without) in which our agent runs.
 *
 * Life of a driver, as its caller (the guard in `guard.ts`, and nobody else) lives it:
 *
 *   probe      any time; says whether it works on this machine, with evidence; costs seconds, so the verdict is cached
 *   prepare    once per configuration before the first `start` of it: builds image and template, or finds them built
 *   park       any number of times after `prepare`; with 0 before the service ends
 *   start      any number of times, also at the same time; each gives one instance, or throws and leaves nothing
 *   sweep      at the start of a service: destroys what an earlier service of the same home left running
 *
 * Life of an instance: it is alive when `start` returns; the agent's first words are in `channel(0)`, or will be. Dies by
 * `destroy`, or by itself; in both cases `exited` resolves (it never rejects), all channels end, and nothing is left:
 * no process, mount, socket or file. `destroy` may be called at any time, any number of times, also after death, and
 * resolves when everything is gone.
 *
 * Where the driver can, an instance is saved: it stands still while it is written to files, and afterwards until `goOn`, or it is
 * destroyed. What was saved is restored any number of times, each time as an instance of its own that goes on where that one stood: once, in the place of
 * one that was destroyed (paused and resumed), or beside it (forked).
 */
export interface InstanceDriver {
  readonly name: DriverName;
  readonly capabilities: DriverCapabilities;
  /** Starts a tiny guest with a deadline and says how it went. Never throws for "does not work": that is a verdict. */
  probe(signal: AbortSignal): Promise<ProbeVerdict>;
  /** Idempotent; safe in several processes at once. `report` tells a person what is going on, a short line each. */
  prepare(configuration: Configuration, report: (line: string) => void, signal: AbortSignal): Promise<void>;
  /**
   * Runtimes that its instances cannot have on this machine, and why: the rest of a sentence, and what to do. Known when it was prepared;
   * absent where it can have all.
   */
  readonly missingRuntimes?: () => Readonly<Partial<Record<RuntimeName, string>>>;
  /**
   * Has so many instances of a prepared configuration ready to be started, where a part of starting can be done for nobody:
   * makes what is missing, or ends what is too much. Those that `start` takes are not replaced until it is called again; 0
   * ends all. Costs little memory for each and no processor time; resolves when it is so. Absent where nothing is gained.
   */
  readonly park?: (configuration: Configuration, count: number) => Promise<void>;
  /** Throws if the instance did not come up or `signal` fired; then nothing is left of it. */
  start(spec: InstanceSpec, signal: AbortSignal): Promise<Instance>;
  /** Destroys what earlier services with this `home` left running; gives the number of instances destroyed. */
  sweep(): Promise<number>;
}

export type DriverName = 'microvm' | 'gvisor' | 'host';

/** Asked instead of the name: what the driver can do, and what it does not protect from. */
export interface DriverCapabilities {
  /** User code cannot reach the host's kernel directly. */
  readonly ownKernel: boolean;
  /** Processor emulated in software: starts are fast, compute is 10–30 times slower. */
  readonly emulated: boolean;
  /** Instances are copies of a template: their containers are there from the start, and `identify` is vital. */
  readonly clones: boolean;
  /** Containers that one instance can have at the same time, and how many it can have in all its life (each has a channel of its own). */
  readonly containersMax: number;
  readonly containersEverMax: number;
  /**
   * What one end of a channel has written is there for the other end to read when the write returns: nothing that buffers lies between.
   * Then several short threads can be handed to a container at once, and taken back (protocol/threads/batch.ts).
   */
  readonly directChannels?: boolean;
  /**
   * Where what is paused lies: in files, and nothing of it runs (`Instance.save`), or where it was, stopped (`Instance.freezer`). Absent: it cannot be paused.
   */
  readonly pausesTo?: 'disk' | 'memory';
  /** What was saved can be restored beside what it was saved from. */
  readonly forks?: true;
  /** Programs that are fetched while instances run show in them: those of ended runtimes. */
  readonly takesPrograms?: boolean;
  /**
   * What a process in an instance is told of its own processor time is counted in ticks of some ten milliseconds, and leaves out for how long
   * it stood in line: of a short call it says nothing.
   */
  readonly coarseProcessorTime?: boolean;
}

/** What is to be started. */
export interface InstanceSpec {
  readonly instanceId: string;
  readonly configuration: Configuration;
}

/** A started instance. */
export interface Instance {
  readonly id: string;
  readonly configuration: Configuration;
  /** Containers that came with the instance (a clone's), runtime up, hello already said. Else empty. */
  readonly containers: readonly { readonly channel: number; readonly kind: BlankKind }[];
  /** How many channels it has, the agent's included. */
  readonly channels: number;
  /** Whether the agent already said hello (a clone's did, to whoever made the template). */
  readonly helloSaid: boolean;
  /**
   * The host's end of a channel: 0 is the agent's, 1 … `channels - 1` are for containers, each for one
   * container only, ever. The same object at each call. Ends when the instance dies.
   */
  channel(index: number): Duplex;
  /** The host's end of the channel of its relay (src/protocol/relay.ts); otherwise like one of those. */
  readonly relay: Duplex;
  /** By how much its clock is behind, ms, until it is told (`identify`); for copies of a template that knows its time. */
  readonly clockBehindMs?: () => number;
  /** Resolves when the instance has died, whyever. */
  readonly exited: Promise<InstanceExit>;
  /** A folder of the host's, of this instance alone, in which its agent finds complete folders of code (`code-tree`). Gone with it. */
  readonly codeTrees?: string;
  /** Where its agent mounts images of code: makes that of a bundle which has a folder on the host, once. */
  readonly codeImage?: (code: CodeBundle) => Promise<Uint8Array>;
  /** Memory that this instance costs the host now, bytes: what would be free without it. */
  residentBytes(): Promise<number>;
  /** Processor time that all its processes on the host had, and stood in line for: what its deadlines go by. */
  readonly processorTime?: () => Promise<ProcessorTime>;
  /**
   * What its containers may take together from now on, MiB: the sum of what those that hold code may have. Where the driver limits
   * an instance from outside, its backstop follows this; each container's own limit is the agent's.
   */
  readonly allowMemory?: (containersMb: number) => void;
  /** Where one that has nothing to do costs processor time all the same: stops everything in it, and lets it go on. Idempotent. */
  readonly freezer?: { freeze(): void; thaw(): void };
  /**
   * Stops everything in it, and writes what it is to files in `folder`, which exists, is empty and the caller's. What was written to its channels
   * until now is in it, what it wrote can be read. It stands still from then on. Throws if that cannot be done, or `signal` fires: then it goes on.
   */
  readonly save?: (folder: string, signal: AbortSignal) => Promise<SavedInstance>;
  /** It stood still after `save`, and goes on. */
  readonly goOn?: () => Promise<void>;
  destroy(): Promise<void>;
}

/** What an instance was when it was saved, in files that are the caller's to remove. */
export interface SavedInstance {
  /** What its files take, bytes. */
  readonly bytes: number;
  /**
   * An instance that goes on where the saved one stood. It has channels of its own, on which it goes on in the middle of what was being said, and
   * `clockBehindMs`, by which its clock stood still. Throws as `InstanceDriver.start` does.
   */
  restore(instanceId: string, signal: AbortSignal): Promise<Instance>;
}

export interface InstanceExit {
  /** Whether `destroy` was the reason. */
  readonly expected: boolean;
  /** For people: exit code or signal, and the last words of the process, if any. */
  readonly detail: string;
}

/** What a probe found. */
export interface ProbeVerdict {
  readonly driver: DriverName;
  readonly works: boolean;
  /** How: `kvm`, `tcg`, `systrap`, `bubblewrap as root` … */
  readonly mode: string;
  /** What was tried and what happened, one sentence. */
  readonly evidence: string;
  readonly tookMs: number;
  /** What a person can do to make it work, where it does not, or not in full. */
  readonly remedy?: string;
}

/** Processor time of a set of processes, milliseconds since whenever: what they had, and how long they stood in line for it. */
export interface ProcessorTime {
  readonly hadMs: number;
  readonly waitedMs: number;
}

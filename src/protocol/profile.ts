import type { PreparedRuntime } from '../model/runtimes/configuration.ts';

/**
 * What an agent must know of the place it runs in. Written by the driver, read once by the agent at its start: the JSON
 * in the environment variable `HEDDLE_AGENT_PROFILE`, or in the file `/opt/heddle/profile.json` where that is unset.
 */
export interface AgentProfile {
  /**
   * `inherited`: channel n is the file descriptor 3 + n that the agent was born with (Unix socket pairs; the host holds the other ends).
   * `virtio`: channel n is the virtio-serial port named `heddle.n` (`/sys/class/virtio-ports/…/name`).
   */
  readonly channels: 'inherited' | 'virtio';
  /** How many channels there are, the agent's own, 0, included. */
  readonly channelCount: number;
  /** The channel of the relay (`relay.ts`), which is none of those. */
  readonly relayChannel: number;
  /** Whose system calls the relay makes. */
  readonly kernel: 'linux' | 'gvisor';
  /** A folder the agent may write in: code cache, containers' code folders. Empty but for FIFOs, see {@link outputFifo}. */
  readonly workDir: string;
  /** Path of the language runtime's program, as containers see it; those of Node as the agent sees it, too. What is not there cannot run here. */
  readonly programs: Readonly<Partial<Record<PreparedRuntime, string>>>;
  /** Folder of those of ended runtimes as the agent sees it, `RUNTIME/node` each, from when they were fetched; where they can be had. */
  readonly endedPrograms?: string;
  /**
   * Runtimes that need another C library than the instance has: a folder with a `usr` of its own, as the agent sees it. Their containers
   * see that in the place of the instance's.
   */
  readonly roots: Readonly<Partial<Record<PreparedRuntime, string>>>;
  /** Path of the bundled Node runtime (`src/runtime/node`), likewise. */
  readonly nodeRuntime: string;
  /** Path of the bundled runtime of functions that bring their own program (`src/runtime/provided`), likewise. */
  readonly providedRuntime: string;
  /** Path of the Python runtime (`src/runtime/python`), likewise. */
  readonly pythonRuntime: string;
  /** What containers see of the instance's files, read-only: `[path here, path in the container]`. `/proc`, `/dev`, `/tmp` and `/var/task` are made by the agent. */
  readonly binds: readonly (readonly [from: string, to: string])[];
  /**
   * Where the host puts folders of code, complete, and how they come into containers. `rename`: the folder is on the file system of `workDir`, and the
   * agent's to move. `mount`: it is only to be seen, and mounted into containers.
   */
  readonly codeTrees?: { readonly dir: string; readonly by: 'rename' | 'mount' };
  /** The guest's kernel mounts the images of code that the host makes. */
  readonly codeImages?: boolean;
  /** `/usr/bin/bwrap` and the like. */
  readonly bwrap: string;
  /**
   * How containers lose their privileges. `ids`: the agent is root here; container n runs as user and group `idBase + n`.
   * `namespace`: the agent is an ordinary user; containers run in a user namespace of their own.
   */
  readonly user: { readonly kind: 'ids'; readonly idBase: number } | { readonly kind: 'namespace' };
  /** How limits are enforced. `cgroup2`: a cgroup of its own. `watch`: the agent looks and kills. `rlimit`: RLIMIT_NPROC. */
  readonly memoryLimit: 'cgroup2' | 'watch';
  readonly processLimit: 'cgroup2' | 'cgroup1' | 'rlimit' | 'watch';
  /** The processor is emulated in software: compiling user code costs more than it brings, until it runs for long. */
  readonly emulated?: boolean;
  /** A copy of a template: the agent keeps a helper process ready that gives it entropy, clock and name at `identify`. */
  readonly clones: boolean;
}

/** Channels that containers may have, the one that rehearses included. */
export function containerChannels({ channelCount }: Pick<AgentProfile, 'channelCount'>): number[] {
  return Array.from({ length: channelCount - 1 }, (_, index) => index + 1);
}

/** The FIFO that a channel's container prints to. A driver that makes them saves the agent from doing so, all or none. */
export function outputFifo(workDir: string, channel: number): string {
  return `${outputFolder(workDir)}/${channel}`;
}

/** Where the FIFOs are. */
export function outputFolder(workDir: string): string {
  return `${workDir}/output`;
}

/** Others than the agent may print there, and open what they print to (`/dev/stdout`), but not read. */
export const outputFifoMode = 0o622;

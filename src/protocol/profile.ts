import type { RuntimeName } from '../model/configuration.ts';

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
  /** A folder the agent may write in: code cache, containers' code folders. Empty but for FIFOs, see {@link outputFifo}. */
  readonly workDir: string;
  /** Path of the language runtime's program, as the agent sees it and as containers see it. */
  readonly programs: Readonly<Record<RuntimeName, string>>;
  /** Path of the bundled Node runtime (`src/runtime/node`), likewise. */
  readonly nodeRuntime: string;
  /** What containers see of the instance's files, read-only: `[path here, path in the container]`. `/proc`, `/dev`, `/tmp` and `/var/task` are made by the agent. */
  readonly binds: readonly (readonly [from: string, to: string])[];
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
  /** Whether the network namespace is to be unshared per container (impossible and needless inside gVisor, which has no network). */
  readonly unshareNetwork: boolean;
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
  return `${workDir}/output/${channel}`;
}

/** Others than the agent may print there, and open what they print to (`/dev/stdout`), but not read. */
export const outputFifoMode = 0o622;

import type { StartPath } from './start-path.ts';

/** What the service holds at one moment, for `heddle ps`, the dashboard and tests. Times in milliseconds. */
export interface ServiceSnapshot {
  readonly warming: readonly WarmingSnapshot[];
  readonly instances: readonly InstanceSnapshot[];
  readonly queue: { readonly length: number; readonly max: number };
}

/** What the warming pool has of one runtime. */
export interface WarmingSnapshot {
  /** The runtime. */
  readonly configuration: string;
  /** Instances with a blank container of it, those that are being booted (whatever will be in them), and how many there should be. */
  readonly ready: number;
  readonly starting: number;
  readonly target: number;
  /** Blank containers of it in all of them, and how many there should be in each. */
  readonly blanks: number;
  readonly blanksWanted: number;
}

/** What the first call of an account's functions of one runtime and memory would find. */
export interface ConfigurationSnapshot {
  readonly runtime: string;
  readonly memoryMb: number;
  /** How it would start, if at once … */
  readonly path?: StartPath;
  /** … else why not, for people. */
  readonly why?: string;
  /** Blank containers that it could be given, and those that are being made. */
  readonly ready: number;
  readonly making: number;
  /** Names of the functions. */
  readonly because: readonly string[];
}

export interface InstanceSnapshot {
  readonly id: string;
  readonly configuration: string;
  /** `warm` ones are in the warming pool and have no account. */
  readonly state: 'warm' | 'allocated' | 'retiring';
  readonly account?: string;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly containers: readonly ContainerSnapshot[];
}

export interface ContainerSnapshot {
  readonly id: string;
  readonly state: 'blank' | 'starting' | 'idle' | 'running' | 'retiring';
  readonly runtime: string;
  readonly functionName?: string;
  /** What it may take, MiB; only where it holds code. */
  readonly memoryMb?: number;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly invocations: number;
}

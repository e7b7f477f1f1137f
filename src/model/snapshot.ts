import type { Trust } from './functions/portion.ts';
import type { StartPath } from './invocations/start-path.ts';
import type { PreparationSnapshot } from './preparations.ts';

/** What the service holds at one moment, for `heddle ps`, the dashboard and tests. Times in milliseconds. */
export interface ServiceSnapshot {
  readonly warming: readonly WarmingSnapshot[];
  readonly instances: readonly InstanceSnapshot[];
  readonly queue: { readonly length: number; readonly max: number };
  /** What instances may be given, MiB: in all, what nobody has, and what idle ones could give back. Absent where nobody counts it. */
  readonly memory?: { readonly totalMb: number; readonly freeMb: number; readonly idleMb: number };
  /** What was prepared before its calls came, by account, function and reason. */
  readonly preparations: readonly PreparationSnapshot[];
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

/** What a function, or a version or alias of it, has of its own: how many of its calls run at once, and what is ready for them. */
export interface CapacitySnapshot {
  /** With the version or alias, if it is of one: `hello:live`; `(account)`: what holds for all of its functions that say nothing. */
  readonly name: string;
  readonly kind: 'reserved' | 'provisioned' | 'dedicated' | 'variable';
  /** Calls at once: those that it may have, or for which containers are to be ready; absent where the account's limit is the only one. */
  readonly calls?: number;
  /** Of containers that are to be ready, those that are. */
  readonly ready?: number;
  readonly status?: 'READY' | 'IN_PROGRESS' | 'FAILED';
  /** Why that failed, for people. */
  readonly why?: string;
}

export interface InstanceSnapshot {
  readonly id: string;
  /** Name of the host that it is on, in a cluster. */
  readonly host?: string;
  readonly configuration: string;
  /** `warm` ones are in the warming pool and have no account. */
  readonly state: 'warm' | 'allocated' | 'retiring' | 'paused';
  readonly account?: string;
  /** It serves this tenant only. */
  readonly tenantId?: string;
  /** It serves this function only. */
  readonly dedicatedTo?: string;
  /** It serves only this part of one program. */
  readonly portion?: { readonly trust: Trust; readonly group: string };
  /** Its account is to have one always, and this is it. */
  readonly kept?: true;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly containers: readonly ContainerSnapshot[];
  /** Why not all that its containers connect to is carried, where it is not. */
  readonly limited?: string;
  /** It stands still. */
  readonly paused?: PausedSnapshot;
}

/** An instance that is paused: since when, where it lies, and until when it is kept. */
export interface PausedSnapshot {
  readonly to: 'disk' | 'memory';
  readonly bytes: number;
  readonly forMs: number;
  readonly leftMs: number;
}

export interface ContainerSnapshot {
  readonly id: string;
  readonly state: 'blank' | 'starting' | 'idle' | 'running' | 'retiring';
  readonly runtime: string;
  readonly functionName?: string;
  /** Where that is not as usual: it is kept ready, was prepared for a call that has not come, or gives way first where memory is short. */
  readonly capacity?: 'provisioned' | 'prepared' | 'variable';
  /** What it may take, MiB; only where it holds code. */
  readonly memoryMb?: number;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly invocations: number;
}

/** What the service holds at one moment, for `heddle ps`, the dashboard and tests. Times in milliseconds. */
export interface ServiceSnapshot {
  readonly warming: readonly WarmingSnapshot[];
  readonly instances: readonly InstanceSnapshot[];
  readonly queue: { readonly length: number; readonly max: number };
}

export interface WarmingSnapshot {
  /** `configurationKey`. */
  readonly configuration: string;
  readonly ready: number;
  readonly starting: number;
  readonly target: number;
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
  readonly functionName?: string;
  readonly ageMs: number;
  readonly idleMs: number;
  readonly invocations: number;
}

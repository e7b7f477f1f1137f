/** Rows of the topic `machine`, each with what it is. Memory in MiB. */
export type MachineRow = MachineFacts | MachineMemory | DriverRow | LimitRow;

/** Under `facts`. */
export interface MachineFacts {
  readonly kind: 'facts';
  readonly name: string;
  readonly kernel: string;
  readonly processors: number;
  readonly processor: string;
  readonly node: string;
  readonly pid: number;
}

/** Under `memory`: what changes. */
export interface MachineMemory {
  readonly kind: 'memory';
  readonly totalMb: number;
  readonly availableMb: number;
  /** Of the service's own process. */
  readonly serviceMb: number;
  /** Of the machine, over one minute. */
  readonly load: number;
  /** What instances may be given: in all, what nobody has, and what idle ones could give back. Absent where nobody counts it. */
  readonly instances?: { readonly totalMb: number; readonly freeMb: number; readonly idleMb: number };
}

/** Under `driver` and a number: what is known of one way to have instances. */
export interface DriverRow {
  readonly kind: 'driver';
  readonly driver: string;
  /** It is the one that the service uses. */
  readonly used: boolean;
  /** Absent: it was not tried since the machine was started. */
  readonly verdict?: {
    readonly works: boolean;
    readonly mode: string;
    readonly evidence: string;
    readonly tookMs: number;
    readonly remedy?: string;
  };
}

/** Under `limit` and its name. */
export interface LimitRow {
  readonly kind: 'limit';
  readonly name: string;
  readonly value: number;
  readonly unit: 'bytes' | 'MiB' | 'calls';
  /** What sets it, where something does. */
  readonly by?: string;
}

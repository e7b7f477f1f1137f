/** A cluster at one moment, as one of its hosts sees it, for `heddle cluster ps`. Times in milliseconds. */
export interface ClusterSnapshot {
  /** Of the host that was asked. */
  readonly asked: string;
  readonly hosts: readonly ClusterHostSnapshot[];
  readonly shards: readonly ShardSnapshot[];
  /** What NATS keeps of the cluster; absent where it could not be asked, and then `natsWhy` says why. */
  readonly streams?: readonly StreamSnapshot[];
  readonly natsWhy?: string;
}

/** One host. */
export interface ClusterHostSnapshot {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly release: string;
  readonly protocol: { readonly min: number; readonly max: number };
  /** It is heard. */
  readonly alive: boolean;
  readonly draining: boolean;
  /** Since its process began, on its own clock. */
  readonly startedAt: number;
  /** What it said of itself; absent where it did not answer, and then `why` says why. */
  readonly load?: HostStatus;
  /** Messages of the log of the cluster's state that it has not applied; absent where that, or what NATS has, is not known. */
  readonly stateBehind?: number;
  readonly why?: string;
}

/** What a host does. */
export interface HostStatus {
  /** Calls that run, and that wait for capacity. */
  readonly running: number;
  readonly waiting: number;
  readonly instances: number;
  readonly containers: number;
  readonly idleContainers: number;
  /** What its containers may take, and all together may, MB. */
  readonly memoryMb: number;
  readonly memoryMbMax: number;
  readonly processors: number;
  /** Of the machine, over one minute. */
  readonly processorLoad: number;
  /** Other hosts that it has a connection to. */
  readonly peers: number;
  /** Shards whose home it is. */
  readonly shards: readonly OwnShard[];
  /** Position of the last entry of the log of the cluster's state that it has applied; decimal. Absent: its release does not say. */
  readonly statePosition?: string;
}

/** A shard at its home. */
export interface OwnShard {
  readonly shard: number;
  /** Decimal. */
  readonly epoch: string;
  /** Commits that wait to be in its log; absent where nothing was ever kept. */
  readonly waiting?: number;
  readonly bytesSinceSnapshot?: number;
}

/** Where a shard of accounts is at home. */
export interface ShardSnapshot {
  readonly shard: number;
  /** Id of the host that has its lease; absent: none, as far as is known. */
  readonly host?: string;
  /** Decimal. */
  readonly epoch?: string;
  /** As its home says it. */
  readonly waiting?: number;
  readonly bytesSinceSnapshot?: number;
}

/** A stream that NATS keeps. */
export interface StreamSnapshot {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  /** Position of its last message. */
  readonly last: number;
  /** NATS server that leads it; absent while there is none. */
  readonly leader?: string;
  readonly replicas: readonly {
    readonly server: string;
    readonly current: boolean;
    /** Entries that it has not yet. */
    readonly lag: number;
  }[];
}

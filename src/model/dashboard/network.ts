/** Where one function connected to, or wanted to, as its owner is told. */
export interface EgressTarget {
  /** Name or address, with its port where there is one; what else was refused, in words. */
  readonly to: string;
  readonly allowed: number;
  readonly refused: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number;
  /** Why it was refused last, for people. */
  readonly why?: string;
  /** What the function's policy would have to be to allow that; absent where its owner cannot say so. */
  readonly policy?: string;
}

/** A row of the topic `egress`, by the function's name: what its code connected to since the service started. */
export interface EgressRow {
  /** Empty for functions beyond the number that is counted one by one. */
  readonly functionName: string;
  /** It is code of threads, and no function that was deployed. */
  readonly thread?: true;
  /** What its tag `heddle:egress` says; absent where it says nothing. */
  readonly policy?: string;
  readonly connections: number;
  readonly open: number;
  readonly refusals: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** The newest first. */
  readonly targets: readonly EgressTarget[];
}

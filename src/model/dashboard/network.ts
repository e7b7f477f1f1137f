import type { EgressTarget } from '../network.ts';

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

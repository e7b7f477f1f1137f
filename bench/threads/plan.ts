/** What the client of a row about threads is to measure. */
export interface ThreadPlan {
  /** The build whose client and service are measured: its root folder. */
  readonly root: string;
  readonly part: 'call' | 'map' | 'burst' | 'computing' | 'messages';
  /** V8 goes on compiling for some thousand calls, in each of the processes that a call passes through. */
  readonly warmUpCalls: number;
  readonly calls: number;
  /** Rounds before the one that counts, and items of each. */
  readonly warmUpRounds: number;
  readonly tiny: number;
  readonly bursts: readonly number[];
  readonly tasks: number;
  readonly seconds: number;
  /** Whether what a program would use instead is measured, too. */
  readonly peers: boolean;
}

/** What an account may use at most. What is missing is bounded by the machine only. */
export interface AccountLimits {
  /** Invocations under way at the same time, those that wait included. */
  readonly concurrency?: number;
  /** What the containers of its invocations under way may take together, MiB, and as much again those that are kept ready for it. */
  readonly memoryMb?: number;
  /** Zip files of its functions and layers together. */
  readonly codeBytes?: number;
  /** Requests a second in the long run, and at once where there were none for a while. */
  readonly requestsPerSecond?: number;
  readonly requestsAtOnce?: number;
}

/** The members of {@link AccountLimits}, with the most that each may be. All are whole numbers from 1 on. */
export const accountLimitsMax: Readonly<Record<keyof AccountLimits, number>> = {
  concurrency: 1_000_000,
  memoryMb: 1_000_000_000,
  codeBytes: Number.MAX_SAFE_INTEGER,
  requestsPerSecond: 1_000_000,
  requestsAtOnce: 10_000_000,
};

/** The same as a list. */
export const accountLimitNames: readonly (keyof AccountLimits)[] = [
  'concurrency',
  'memoryMb',
  'codeBytes',
  'requestsPerSecond',
  'requestsAtOnce',
];

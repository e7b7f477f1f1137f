import type { StartPath } from '../invocations/start-path.ts';
import type { CallSums } from './calls.ts';

/** A row of the topic `functions`, by the function's name. */
export interface FunctionRow {
  readonly name: string;
  readonly description: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly codeBytes: number;
  readonly state: 'Active' | 'Pending' | 'Failed' | 'Updating' | 'Update failed';
  /** Why it is not Active, for people. */
  readonly why?: string;
  /** Published versions. */
  readonly versions: number;
  readonly durable?: true;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
  /** How its first call would start now … */
  readonly firstCall?: StartPath;
  /** … or why not at once, for people. */
  readonly notReady?: string;
  /** Of the last hour; absent where it was not called. */
  readonly calls?: CallSums;
}

import type { Preload } from '../../protocol/node-options.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';
import type { RawOutput } from './output/raw-output.ts';
import type { BatchParts } from './threads/thread-batch.ts';

/** What the server needs of the world. */
export interface ServerParts extends Omit<BatchParts, 'spent'> {
  readonly raw: Pick<RawOutput, 'possible' | 'clear'>;
  /** Holds the event loop while no invocation runs: then an empty loop in one means that its user code has ended. */
  readonly channel: { ref(): unknown; unref(): unknown };
  readonly taskRoot: string;
  /** Makes the process the function's own: environment, random numbers, clock. Gives what is to be loaded before its code. */
  prepare(init: RuntimeInit): readonly Preload[];
  /** A call has its answer, and this is the most memory that the process ever had: garbage may be collected now. */
  relieve(memoryPeakMb: number): void;
  exit(code: number): void;
}

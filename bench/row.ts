import type { Build } from './builds/build.ts';
import type { Line } from './result.ts';

/** What a row may use. */
export interface Context {
  readonly driver: string;
  /** What is measured, this checkout first; the base behind it where there is one. */
  readonly builds: readonly Build[];
  /** More samples and longer runs than fit into five minutes for all rows. */
  readonly full: boolean;
  /** Whether a flame graph of the service is wanted, where the row can make one. */
  readonly profile: boolean;
  /** Says what a number cannot: what was left out, what went wrong. Goes with the result. */
  readonly note: (text: string) => void;
}

/** One thing that is measured. */
export interface Row {
  /** As `--only` takes it. */
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** The drivers it is measured with where none are named and the run is no full one; {@link usualDrivers} where it is left out. */
  readonly drivers?: readonly string[];
  /** Left out unless it is named, or the run is a full one: it answers no open question. */
  readonly onRequest?: boolean;
  /** Measures, and gives each line as soon as it is known. */
  readonly run: (context: Context) => AsyncGenerator<Line, void, undefined>;
}

/** What rows are measured with. Emulated virtual machines are left to the rows that say something about them. */
export const usualDrivers: readonly string[] = ['host', 'gvisor'];

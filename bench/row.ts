import type { Build } from './builds/build.ts';
import type { Line } from './result.ts';

/** What a row may use. */
export interface Context {
  readonly driver: string;
  /** What is measured, this checkout first; the base behind it where there is one. */
  readonly builds: readonly Build[];
  /** More samples and longer runs than fit into five minutes for all rows. */
  readonly full: boolean;
  /** Where a CPU profile of the service goes, if one is wanted. */
  readonly profileDir: string | undefined;
  /** Says what a number cannot: what was left out, what went wrong. Goes with the result. */
  note(text: string): void;
}

/** One thing that is measured. */
export interface Row {
  /** As `--only` takes it. */
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** The drivers that it says something about; all where it is left out. */
  readonly drivers?: readonly string[];
  /** Measures, and gives each line as soon as it is known. */
  readonly run: (context: Context) => AsyncGenerator<Line, void, undefined>;
}

/** One line of a table: the same thing measured of several, such as this build, the base and a peer. */
export interface Line {
  readonly what: string;
  readonly unit: string;
  /** By who was measured; NaN where there was nothing to measure. */
  readonly values: Readonly<Record<string, number>>;
}

/** What one row of the benchmark found with one driver. */
export interface RowResult {
  /** Its name, as `--only` takes it. */
  readonly row: string;
  readonly driver: string;
  readonly lines: readonly Line[];
  /** What a number cannot say: what was left out and why, what went wrong. */
  readonly notes: readonly string[];
}

/** A number that was measured beside the number it should reach. */
export interface Goal {
  /** Row, driver and what, for people. */
  readonly what: string;
  readonly is: number;
  readonly bound: 'at most' | 'at least';
  /** As it was set. */
  readonly to: number;
  /** The same on this machine: times in proportion to what bare Node takes to start. */
  readonly toHere: number;
  readonly reached: boolean;
}

/** Everything that was measured, as `--json` writes it. */
export interface BenchResult {
  readonly node: string;
  readonly cores: number;
  /** What bare Node takes to start and end here, milliseconds. */
  readonly nodeStartMs: number;
  readonly rows: readonly RowResult[];
  readonly goals: readonly Goal[];
}

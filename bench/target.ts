/** Finds a number that was measured; undefined where it was not. `who` is this build where it is left out. */
export type Find = (row: string, driver: string, what: string, who?: string) => number | undefined;

/** A number to be reached. */
export interface Target {
  readonly what: string;
  /** Of the results; undefined where something that it needs was not measured. NaN was measured and is missed. */
  readonly is: (find: Find) => number | undefined;
  readonly bound: 'at most' | 'at least';
  readonly to: number;
  /** A time, held in proportion to what bare Node takes to start; ratios and counts are held as they are. */
  readonly isTime?: boolean;
}

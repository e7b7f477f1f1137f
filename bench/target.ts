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

/** One number as it was measured. */
export const plain =
  (row: string, driver: string, what: string, who?: string) =>
  (find: Find): number | undefined =>
    find(row, driver, what, who);

/** One number in proportion to another; undefined unless both were measured. */
export function ratio(
  above: (find: Find) => number | undefined,
  below: (find: Find) => number | undefined,
): (find: Find) => number | undefined {
  return (find) => {
    const [a, b] = [above(find), below(find)];
    return a === undefined || b === undefined ? undefined : a / b;
  };
}

/** A target that is not to be exceeded. */
export const atMost = (what: string, to: number, is: Target['is'], isTime = false): Target => {
  return { what, to, is, bound: 'at most', isTime };
};

/** A target that is to be reached. */
export const atLeast = (what: string, to: number, is: Target['is']): Target => ({ what, to, is, bound: 'at least' });

import type { Goal, RowResult } from './result.ts';
import type { Find, Target } from './target.ts';
import { targets } from './targets.ts';
import { referenceNodeStartMs } from './yardstick.ts';

/** The numbers of the results by row, driver and what. */
export function finder(results: readonly RowResult[]): Find {
  return (row, driver, what, who = 'heddle') =>
    results.find((one) => one.row === row && one.driver === driver)?.lines.find((line) => line.what === what)?.values[
      who
    ];
}

/**
 * The targets that the results can be held against, with their verdicts. A faster machine than the one where they were set
 * is held to them as they are.
 */
export function goalsOf(
  results: readonly RowResult[],
  nodeStartMs: number,
  all: readonly Target[] = targets,
): readonly Goal[] {
  const find = finder(results);
  const slowness = Math.max(1, nodeStartMs / referenceNodeStartMs);
  return all.flatMap(({ what, is, bound, to, isTime }) => {
    const value = is(find);
    if (value === undefined) return [];
    const toHere = isTime === true ? to * slowness : to;
    const reached = bound === 'at most' ? value <= toHere : value >= toHere;
    return [{ what, is: value, bound, to, toHere, reached }];
  });
}

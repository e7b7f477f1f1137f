import type { Line } from './result.ts';
import { median } from './statistics.ts';

/** Lines of several rounds of a row as one: each number is the median of its rounds. */
export function mediansOf(lines: readonly Line[]): readonly Line[] {
  const byWhat = Map.groupBy(lines, ({ what }) => what);
  return [...byWhat].map(([what, same]) => {
    const whos = new Set(same.flatMap(({ values }) => Object.keys(values)));
    // A round in which there was nothing to measure counts as the worst: it is kept where most are so.
    const of = (who: string): number => {
      const sample = same.flatMap(({ values }) => values[who] ?? []);
      const known = sample.filter((value) => !Number.isNaN(value));
      return known.length * 2 > sample.length ? median(known) : Number.NaN;
    };
    return { what, unit: same[0]?.unit ?? '', values: Object.fromEntries([...whos].map((who) => [who, of(who)])) };
  });
}

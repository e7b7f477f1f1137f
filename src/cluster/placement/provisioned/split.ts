/** A host that can keep containers ready. */
export interface Keeper {
  readonly id: string;
  readonly processors: number;
}

/**
 * How many of so many containers each host keeps ready, in the order that the function's code has hosts in: as many as its processors are of
 * all, what does not divide goes to the first ones. All hosts come to the same, and they add up to the count.
 */
export function splitProvisioned(count: number, ordered: readonly Keeper[]): ReadonlyMap<string, number> {
  const all = ordered.reduce((sum, { processors }) => sum + processors, 0);
  const shares = ordered.map(({ id, processors }, place) => {
    const exact = all === 0 ? 0 : (count * processors) / all;
    return { id, place, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  const byRest = shares.toSorted((one, other) => other.rest - one.rest || one.place - other.place);
  const split = new Map(shares.map(({ id, whole }) => [id, whole]));
  for (const { id, whole } of byRest) {
    if (left <= 0) break;
    split.set(id, whole + 1);
    left -= 1;
  }
  return split;
}

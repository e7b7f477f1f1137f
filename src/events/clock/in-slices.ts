import type { PlannedSlice } from '../../store/durable/contracts/planning.ts';

/** Goes through all that is kept of something, one slice after the other, so that others have their turn between them. Gives how many were changed. */
export async function inSlices<After>(
  slice: (after: After | undefined) => Promise<PlannedSlice<After>>,
): Promise<number> {
  let changed = 0;
  let after: After | undefined;
  for (;;) {
    const done = await slice(after);
    changed += done.changed;
    if (done.next === undefined) return changed;
    after = done.next;
  }
}

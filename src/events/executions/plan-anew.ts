import type { LoadedExecutions } from './loaded.ts';
import type { ExecutionParts } from './parts.ts';
import { timesAnew } from './rules/times-anew.ts';

/** Executions among which the store looks for such as may be late in one step, and such as are decided on at a time. */
const planMax = 4_096;
const togetherMax = 64;

/** After the clock was put back: gives how many executions were due later than they can be. What of them is due sooner wakes them by itself. */
export async function planAnew(
  { store, clock }: Pick<ExecutionParts, 'store' | 'clock'>,
  loaded: Pick<LoadedExecutions, 'decide'>,
): Promise<number> {
  let changed = 0;
  for (let after: number | undefined = 0; after !== undefined;) {
    const slice = { now: clock.wall(), max: planMax, after };
    const found: Awaited<ReturnType<typeof store.late>> = await store.late(slice, 'process');
    for (let from = 0; from < found.ids.length; from += togetherMax) {
      const some = found.ids.slice(from, from + togetherMax);
      const decided = await Promise.all(some.map((id) => loaded.decide(id, 'process', timesAnew)));
      changed += decided.filter((each) => each?.change !== undefined).length;
    }
    after = found.next;
  }
  return changed;
}

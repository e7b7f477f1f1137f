import { blankKinds } from '../model/runtimes/configuration.ts';
import type { WarmingSnapshot } from '../model/snapshot.ts';
import type { Expectation } from './contract.ts';
import type { Stock } from './stock.ts';

/** What there is of each runtime that is expected, or there. */
export function snapshotOfStock(stock: Stock, expectation: Expectation, target: number): WarmingSnapshot[] {
  const { ready, starting } = stock;
  return blankKinds.flatMap((configuration) => {
    const blanksWanted = (expectation.blanksForNext[0] ?? expectation.blanksForAny)[configuration] ?? 0;
    const having = [...ready].filter((warm) => warm.blanksOf(configuration) > 0);
    const blanks = having.reduce((sum, warm) => sum + warm.blanksOf(configuration), 0);
    if (blanksWanted === 0 && blanks === 0) return [];
    return [{ configuration, ready: having.length, starting, target, blanks, blanksWanted }];
  });
}

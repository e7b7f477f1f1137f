import { instanceOverheadMb } from '../../../src/model/runtimes/configuration.ts';
import { bootMs, countedFromMs } from './play.ts';
import { OverTime, type PolicyResult } from './result.ts';
import type { Workload } from './workload.ts';

/**
 * Who knows the future boots each account's instance just before it is needed, and ends it right after: a call only waits where what runs
 * at its moment leaves no memory for it. Nothing can do better with as little.
 */
export function playOracle({ calls, endsAt }: Workload, memoryMb: number): PolicyResult {
  const counts = { calls: 0, cold: 0, late: 0, refused: 0 };
  const memoryUsed = new OverTime();
  let running: { readonly account: string; readonly mb: number; readonly until: number }[] = [];
  for (const { at, fn, runMs } of calls) {
    for (const { until } of running.filter((one) => one.until <= at).toSorted((a, b) => a.until - b.until)) {
      running = running.filter((one) => one.until > until);
      memoryUsed.is(usedMb(running), until);
    }
    const next = [...running, { account: fn.account, mb: fn.memoryMb, until: at + runMs }];
    const fits = usedMb(next) <= memoryMb;
    if (fits) running = next;
    memoryUsed.is(usedMb(running), at);
    if (at < countedFromMs) continue;
    counts.calls += 1;
    if (fits) continue;
    counts.cold += 1;
    counts.late += 1;
  }
  return {
    policy: `who knows the future (boots take ${bootMs} ms)`,
    ...counts,
    meanMb: memoryUsed.meanUntil(endsAt),
    mostMb: memoryUsed.most,
  };
}

function usedMb(running: readonly { readonly account: string; readonly mb: number }[]): number {
  const accounts = new Set(running.map(({ account }) => account));
  return running.reduce((sum, { mb }) => sum + mb, accounts.size * instanceOverheadMb);
}

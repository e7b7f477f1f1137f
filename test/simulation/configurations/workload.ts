import { nodeRuntimes } from '../../../src/model/runtimes/configuration.ts';
import type { FunctionVersion } from '../../../src/model/functions/function.ts';
import { exponential, seededRandom } from '../random.ts';
import { functionOf } from '../service.ts';

/** Functions, when they are deployed and when they are called; milliseconds from the start of the service, ascending. */
export interface Workload {
  /** Deployed before the service started, each with when it was last called. */
  readonly before: readonly { readonly fn: FunctionVersion; readonly usedAt: number }[];
  readonly deploys: readonly { readonly at: number; readonly fn: FunctionVersion }[];
  readonly calls: readonly { readonly at: number; readonly fn: FunctionVersion; readonly runMs: number }[];
  readonly endsAt: number;
}

/** 20 sizes; with both runtimes 40 configurations, small ones more common than large ones. MB. */
const sizesMb = [
  128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1_024, 1_280, 1_536, 1_792, 2_048, 2_560, 3_008, 4_096, 6_144,
  10_240,
];
const accounts = 12;
const functionsTotal = 1_000;
const deployedBefore = 600;
const durationMs = 600_000;
const callsPerSecond = 20;
/** Functions are deployed by their account's pipelines: so many within a second, so often. */
const burst = 20;
const burstEveryMs = 28_000;

/** Gives ranks from 0, each as much less likely than the first as its number says (Zipf). */
function zipf(random: () => number, count: number): () => number {
  const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
  const sums = weights.map(
    (
      (sum) => (weight: number) =>
        (sum += weight)
    )(0),
  );
  const total = sums.at(-1) ?? 0;
  return () => {
    const at = random() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** 1,000 functions of 40 configurations, called by Zipf's law, deployed in bursts; what is deployed is tried within 3 to 20 s. */
export function workloadOf(seed: number, wallStart: number): Workload {
  const random = seededRandom(seed);
  const size = zipf(random, sizesMb.length);
  const functions = Array.from({ length: functionsTotal }, (_, n) =>
    functionOf(`f${n}`, {
      // A burst is one account's.
      account: String(100_000_000_000 + (Math.floor(n / burst) % accounts)),
      runtime: nodeRuntimes[random() < 0.75 ? 0 : 1] ?? nodeRuntimes[0],
      memoryMb: sizesMb[size()] ?? 128,
      timeoutMs: 3_000,
    }),
  );
  // Which function is popular has nothing to do with when it was deployed.
  const byRank = functions.map((fn) => ({ fn, order: random() })).toSorted((a, b) => a.order - b.order);
  const before = functions.slice(0, deployedBefore).map((fn) => ({
    fn: { ...fn, modifiedAt: wallStart - 86_400_000 },
    usedAt: wallStart - 30_000 - exponential(random, 3_600_000),
  }));
  const deployedAt = new Map(before.map(({ fn }) => [fn.name, 0]));
  const deploys: Workload['deploys'][number][] = [];
  const calls: Workload['calls'][number][] = [];
  const call = (at: number, fn: FunctionVersion): void => {
    calls.push({ at, fn, runMs: exponential(random, 60) });
  };
  for (let n = deployedBefore; n < functionsTotal; n += burst)
    for (const fn of functions.slice(n, n + burst)) {
      const at = 10_000 + ((n - deployedBefore) / burst) * burstEveryMs + random() * 1_000;
      const own = { ...fn, modifiedAt: wallStart + at };
      deploys.push({ at, fn: own });
      deployedAt.set(fn.name, at);
      call(at + 3_000 + random() * 17_000, own);
    }
  const known = new Map([...before, ...deploys].map(({ fn }) => [fn.name, fn]));
  const rank = zipf(random, functionsTotal);
  for (let at = 500; at < durationMs; at += exponential(random, 1_000 / callsPerSecond)) {
    const name = byRank[rank()]?.fn.name ?? '';
    const fn = known.get(name);
    if (fn !== undefined && at > (deployedAt.get(name) ?? 0) + 3_000) call(at, fn);
  }
  const sorted = calls.toSorted((a, b) => a.at - b.at);
  return { before, deploys: deploys.toSorted((a, b) => a.at - b.at), calls: sorted, endsAt: durationMs };
}

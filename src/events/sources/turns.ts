import type { RunsBatches } from './batch-runner.ts';

/** The same, with so many batches at a time; others wait until one of those is done, in their order. */
export function inTurns(runner: RunsBatches, batchesMax: number): RunsBatches {
  const waiting: (() => void)[] = [];
  let free = batchesMax;
  return {
    counts: runner.counts,
    split: (items) => runner.split(items),
    async run(items) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await runner.run(items);
      } finally {
        // Whoever waits longest gets the place; it is free only where nobody does.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}

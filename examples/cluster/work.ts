import { setTimeout as wait } from 'node:timers/promises';

/** One task: waits for something, as most work does, and computes a little. */
export async function divisors(n: number): Promise<{ readonly n: number; readonly count: number }> {
  await wait(200 + Math.random() * 200);
  let count = 0;
  for (let d = 1; d <= n; d += 1) if (n % d === 0) count += 1;
  return { n, count };
}

import { median } from '../statistics.ts';

/** How long an action takes, milliseconds. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await action();
  return performance.now() - from;
}

/** The median of so many, one after the other. */
export async function medianOf(times: number, action: (n: number) => Promise<unknown>): Promise<number> {
  const sample: number[] = [];
  for (let n = 0; n < times; n += 1) sample.push(await timed(() => action(n)));
  return median(sample);
}

/** So many at once. */
export function all(count: number, action: (n: number) => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, (_, n) => action(n)));
}

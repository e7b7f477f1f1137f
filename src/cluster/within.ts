import type { Clock } from '../model/clock.ts';

/** Whether something ends within a time. Rejects as it does. */
export async function within(ends: Promise<unknown>, ms: number, clock: Pick<Clock, 'timer'>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  using _late = clock.timer(ms, () => resolve(false));
  return await Promise.race([ends.then(() => true), promise]);
}

import type { Home } from '../../cluster/contract.ts';
import type { Clock, Timer } from '../../model/clock.ts';

/** How often a request that is under way looks whether its home may still act, ms. */
const lookMs = 1_000;

/** An election of NATS suspends leases for less, ms. */
const suspendedMsMin = 5_000;

/**
 * For a request that is answered at the home of its account, here: `comes` resolves when it has been under way for so long, and this host may not act for the account: its lease is suspended, as most
 * of the cluster's servers do not answer. What waits for something else, such as for messages of a queue, is not touched.
 */
export function untilUnanswerable(
  homeOf: () => Home,
  msMax: number,
  clock: Pick<Clock, 'now' | 'timer'>,
): Disposable & { readonly comes: Promise<undefined> } {
  const begunAt = clock.now();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let suspendedSince: number | undefined;
  let timer: Timer;
  const look = (): void => {
    const [home, now] = [homeOf(), clock.now()];
    const isSuspended = home.at === 'nowhere' && home.suspended !== undefined;
    suspendedSince = isSuspended ? (suspendedSince ?? now) : undefined;
    const isLate = now - begunAt >= msMax && suspendedSince !== undefined && now - suspendedSince >= suspendedMsMin;
    if (isLate) resolve(undefined);
    else timer = clock.timer(lookMs, look);
  };
  timer = clock.timer(lookMs, look);
  return { comes: promise, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

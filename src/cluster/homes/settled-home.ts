import type { Clock } from '../../model/clock.ts';
import { ClusterUnavailableError, type Home, type Homes } from '../contract.ts';

/** A home that is somewhere. */
export type SettledHome = Exclude<Home, { readonly at: 'nowhere' }>;

/** Resolves when an account's home is somewhere, and may act for it. Throws ClusterUnavailableError after `waitMs`. */
export async function settledHome(
  homes: Pick<Homes, 'homeOf' | 'onChange'>,
  account: string,
  waitMs: number,
  clock: Pick<Clock, 'timer'>,
): Promise<SettledHome> {
  const home = homes.homeOf(account);
  if (home.at !== 'nowhere') return home;
  const { promise, resolve, reject } = Promise.withResolvers<SettledHome>();
  using _changed = homes.onChange(() => {
    const now = homes.homeOf(account);
    if (now.at !== 'nowhere') resolve(now);
  });
  using _late = clock.timer(waitMs, () =>
    reject(
      new ClusterUnavailableError(
        `The host that keeps what the account ${account} has is gone and no other has taken over, or the cluster's NATS servers did not answer it for ${Math.ceil(waitMs)} ms. Try again.`,
      ),
    ),
  );
  return await promise;
}

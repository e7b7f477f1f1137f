import { randomBytes } from 'node:crypto';
import type { HostId, Homes, Membership, Peers } from '../../cluster/contract.ts';
import type { Ask, SharedLimits } from '../../cluster/limits/contract.ts';
import { LimitHolder } from '../../cluster/limits/holder/limit-holder.ts';
import { LimitHome } from '../../cluster/limits/home/limit-home.ts';
import { limitsText } from '../../cluster/limits/metrics.ts';
import { readClaims, readLooks } from '../../cluster/limits/wire.ts';
import type { SharedRates } from '../../frontend/accounts/account-gate.ts';
import { reservations } from '../../frontend/lambda/capacity/concurrency.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { Settings } from '../../model/functions/settings.ts';
import type { Store } from '../../store/contract.ts';
import type { SharedCalls } from '../../worker-manager/contract.ts';

/** What is reserved of an account is looked up so often at most, ms: it is asked for each claim. */
const reservedMs = 500;

/** What shared limits are opened with. */
export interface LimitSurroundings {
  readonly membership: Pick<Membership, 'self' | 'alive' | 'all' | 'hasEnded'>;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly store: Pick<Store, 'accounts' | 'settings'>;
  readonly settings: Pick<Settings, 'accountConcurrency'>;
}

/** Limits of accounts that hold for all hosts. */
export interface OpenedLimits {
  /** For the worker manager (`CallLimits.shared`). */
  readonly shared: SharedCalls;
  /** For the `AccountGate`. */
  readonly rates: SharedRates;
  /** In Prometheus' text format. */
  readonly text: () => string;
}

/** Has limits of accounts hold for all hosts together. To be called before the listener for other hosts opens. */
export function openLimits(surroundings: LimitSurroundings, undo: AsyncDisposableStack): OpenedLimits {
  const { membership, homes, peers } = surroundings;
  const self: HostId = membership.self.id;
  const clock: Clock = systemClock;
  const limitsOf = sharedLimits(surroundings, clock);
  const ask: Ask = async (host, method, body, signal) => {
    if (host !== self) return await peers.call(host, method, body, signal);
    return method === 'limits.claim' ? await home.claim(self, readClaims(body)) : holder.look(readLooks(body));
  };
  const home = undo.use(new LimitHome({ clock, hosts: membership, homes, ask, limitsOf }));
  const hosts = (): number => membership.alive().length;
  const incarnation = randomBytes(16).toString('hex');
  const holder = undo.use(new LimitHolder({ clock, homes, self, incarnation, ask, limitsOf, hosts }));
  peers.serve('limits.claim', async (body, from) => await home.claim(from, readClaims(body)));
  peers.serve('limits.look', async (body) => holder.look(readLooks(body)));
  return {
    shared: holder,
    rates: { of: (account) => holder.requestsOf(account) },
    text: () => limitsText(holder, home),
  };
}

/** What accounts may have, as this host knows it. */
function sharedLimits(
  { store, settings }: Pick<LimitSurroundings, 'store' | 'settings'>,
  clock: Clock,
): (account: string) => SharedLimits {
  const reserved = new Map<string, { readonly at: number; readonly counts: ReadonlyMap<string, number> }>();
  const reservedOf = (account: string): ReadonlyMap<string, number> => {
    const now = clock.now();
    const before = reserved.get(account);
    if (before !== undefined && now - before.at < reservedMs) return before.counts;
    for (const [other, { at }] of reserved) if (now - at >= reservedMs) reserved.delete(other);
    const counts = new Map(reservations(store, account).map((one) => [one.name, one.reserved]));
    reserved.set(account, { at: now, counts });
    return counts;
  };
  return (account) => {
    const { concurrency, memoryMb, requestsPerSecond, requestsAtOnce } = store.accounts.limitsOf(account);
    const rate =
      requestsPerSecond === undefined
        ? undefined
        : { perSecond: requestsPerSecond, atOnce: requestsAtOnce ?? requestsPerSecond };
    return {
      calls: concurrency ?? settings.accountConcurrency,
      memoryMb: memoryMb ?? Number.POSITIVE_INFINITY,
      // Only homes ask for it: it is not looked up for calls.
      get reserved() {
        return reservedOf(account);
      },
      rate,
    };
  };
}

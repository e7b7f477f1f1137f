import { randomBytes } from 'node:crypto';
import type { HostId, Homes, Membership, Peers } from '../../cluster/contract.ts';
import type { Ask, SharedLimits } from '../../cluster/limits/contract.ts';
import { LimitHolder } from '../../cluster/limits/holder/limit-holder.ts';
import { LimitHome } from '../../cluster/limits/home/limit-home.ts';
import { limitsText } from '../../cluster/limits/metrics.ts';
import { settleLimits } from '../../cluster/limits/settle-limits.ts';
import { readClaims, readLooks, readRecall } from '../../cluster/limits/wire.ts';
import type { SharedRates } from '../../frontend/accounts/account-gate.ts';
import { reservations } from '../../frontend/lambda/capacity/concurrency.ts';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { Settings } from '../../model/functions/settings.ts';
import type { Store } from '../../store/contract.ts';
import type { SharedCalls } from '../../worker-manager/contract.ts';
import type { ClusterState } from './open-state.ts';

/** What is reserved of an account is looked up so often at most, ms: it is asked for each claim. */
const reservedMs = 500;

/** What shared limits are opened with. */
export interface LimitSurroundings {
  /** No process of this host was there before. */
  readonly isNew: boolean;
  readonly membership: Pick<Membership, 'self' | 'alive' | 'all' | 'hasEnded'>;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly store: Pick<Store, 'accounts' | 'settings'>;
  readonly state: Pick<ClusterState, 'reached'> & { readonly store: Pick<ClusterState['store'], 'position'> };
  readonly settings: Pick<Settings, 'accountConcurrency'>;
}

/** Limits of accounts that hold for all hosts. */
export interface OpenedLimits {
  /** For the worker manager (`CallLimits.shared`). */
  readonly shared: SharedCalls;
  /** For the `AccountGate`. */
  readonly rates: SharedRates;
  /** Resolves when what was written of an account's limits holds on all hosts. */
  readonly settle: (account: string) => Promise<void>;
  /** In Prometheus' text format. */
  readonly text: () => string;
}

/** Has limits of accounts hold for all hosts together. To be called before the listener for other hosts opens. */
export function openLimits(surroundings: LimitSurroundings, undo: AsyncDisposableStack): OpenedLimits {
  const { isNew, membership, homes, peers } = surroundings;
  const self: HostId = membership.self.id;
  const clock: Clock = systemClock;
  const { limitsOf, forget } = sharedLimits(surroundings, clock);
  const reached = async (position?: bigint): Promise<void> => {
    await surroundings.state.reached(position);
    forget();
  };
  const ask: Ask = async (host, method, body, signal) => {
    if (host !== self) return await peers.call(host, method, body, signal);
    if (method === 'limits.claim') return await home.claim(self, readClaims(body));
    return method === 'limits.look' ? await holder.look(readLooks(body), self) : await home.recall(readRecall(body));
  };
  const leads = (account: string): void => holder.leads(account);
  const home = undo.use(new LimitHome({ clock, hosts: membership, homes, ask, limitsOf, leads, reached }));
  const hosts = (): number => membership.alive().length;
  const incarnation = randomBytes(16).toString('hex');
  const speaksFor = (account: string): boolean => home.speaksFor(account);
  const lent = (account: string): readonly HostId[] | undefined => home.lent(account);
  const about = { clock, homes, self, incarnation, ask, limitsOf };
  const holder = undo.use(new LimitHolder({ ...about, hosts, speaksFor, lent, isNew, reached }));
  peers.serve('limits.claim', async (body, from) => await home.claim(from, readClaims(body)));
  peers.serve('limits.look', async (body, from) => await holder.look(readLooks(body), from));
  peers.serve('limits.recall', async (body) => await home.recall(readRecall(body)));
  const over = new AbortController();
  undo.defer(() => over.abort(new Error('The service is stopping.')));
  const { position } = surroundings.state.store;
  return {
    shared: holder,
    rates: { of: (account) => holder.requestsOf(account) },
    settle: async (account) => await settleLimits(account, position(), { ...about, signal: over.signal }),
    text: () => limitsText(holder, home),
  };
}

/** What accounts may have, as this host knows it. */
function sharedLimits(
  { store, settings }: Pick<LimitSurroundings, 'store' | 'settings'>,
  clock: Clock,
): { readonly limitsOf: (account: string) => SharedLimits; readonly forget: () => void } {
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
  const limitsOf = (account: string): SharedLimits => {
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
  return { limitsOf, forget: () => reserved.clear() };
}

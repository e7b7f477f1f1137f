import type { Clock } from '../../model/clock.ts';
import { ClusterUnavailableError, type Home, type HostId, type Homes } from '../contract.ts';
import { limitTimes, type Ask } from './contract.ts';
import { readRecallAnswer } from './wire.ts';

/** Until limits that were changed hold everywhere, ms: a home may have to be found first, and what silent hosts were lent to run out. */
const settleMsMax = limitTimes.leaseMs + 20_000;

/** What is needed to have limits hold that were changed. */
export interface SettleParts {
  readonly clock: Clock;
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly self: HostId;
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/**
 * Resolves when on no host anything begins beyond an account's limits as the state's log has them at `position`; what runs already may end. Throws ClusterUnavailableError after 40 s where that cannot be
 * made sure: the limits are kept all the same, and hold as soon as their home is there.
 */
export async function settleLimits(account: string, position: bigint, parts: SettleParts): Promise<void> {
  const { clock, homes, self, ask, signal } = parts;
  const until = clock.now() + settleMsMax;
  let why: unknown;
  while (clock.now() < until && !signal.aborted) {
    const home = hostIn(homes.homeOf(account), self);
    if (home !== undefined)
      try {
        const body = { account, position: String(position) };
        if (readRecallAnswer(await ask(home, 'limits.recall', body, signal)).held) return;
      } catch (error) {
        why = error;
      }
    await new Promise<void>((resolve) => clock.timer(limitTimes.askAgainMs, resolve));
  }
  throw new ClusterUnavailableError(
    `The limits of the account ${account} are kept, but it is not known that they hold on all hosts yet: the host that keeps count of what the account has was not found, or did not answer.`,
    { cause: why },
  );
}

function hostIn(home: Home, self: HostId): HostId | undefined {
  if (home.at === 'here') return self;
  return home.at === 'host' ? home.host : undefined;
}

import type { Clock } from '../../../model/clock.ts';
import type { HostId } from '../../contract.ts';
import { limitTimes, type AccountLook } from '../contract.ts';

/** What asks back what hosts hold of an account. */
export interface RecallParts {
  readonly clock: Clock;
  /** Hosts that may hold something and have not answered, now. */
  readonly open: (answered: ReadonlySet<HostId>) => readonly HostId[];
  /** Gives whether it answered. */
  readonly ask: (host: HostId, look: Pick<AccountLook, 'changed'>) => Promise<boolean>;
  /** All are being asked. */
  readonly asked: (round: Promise<void>) => void;
  /** It is the account's home still. */
  readonly isHome: () => boolean;
}

/**
 * Has all hosts come down to what they have in use, and begin nothing until they have claimed anew: what they hold from then on they hold by limits as they are now. Resolves when
 * they have, or what silent ones hold has run out (at most {@link limitTimes.leaseMs}); with false where the account's home is another meanwhile.
 */
export async function recall(position: bigint, { clock, open, ask, asked, isHome }: RecallParts): Promise<boolean> {
  const until = clock.now() + limitTimes.leaseMs;
  const answered = new Set<HostId>();
  for (;;) {
    const silent = open(answered);
    if (silent.length === 0) return isHome();
    const looks = silent.map(async (host) => {
      if (await ask(host, { changed: String(position) })) answered.add(host);
    });
    const round = Promise.all(looks).then(() => undefined);
    asked(round);
    await round;
    if (!isHome()) return false;
    if (clock.now() >= until) return true;
    if (open(answered).length > 0) await new Promise<void>((resolve) => clock.timer(limitTimes.askAgainMs, resolve));
  }
}

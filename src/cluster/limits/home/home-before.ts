import type { HostId } from '../../contract.ts';
import { limitTimes, type FollowedBefore, type LookAnswer } from '../contract.ts';

/** What a host has said of whom it followed before, on the clock of who asked, ms. */
interface Said {
  readonly before: FollowedBefore | undefined;
  /** Since when it has vouched for no older home. */
  readonly quietSince: number;
  /** Since when it remembers. */
  readonly remembersSince: number;
}

/** Clocks that run so differently are reckoned with, and a moment. */
const quietMsMin = limitTimes.heardMs * 1.05 + 100;

/** What hosts say of an account's home before this one: what that has lent itself ends with its right to lend, which is long before what it has lent to others. */
export class HomeBefore {
  readonly #said = new Map<HostId, Said>();

  /** A host vouches for the home that asks, from now on for no older one. */
  vouched(host: HostId, { before, remembersMs }: LookAnswer, account: string, now: number): void {
    const own = before[account];
    // A process that has just begun knows nothing of whom the one before it vouched for.
    const quietMs = Math.min(remembersMs, own?.quietMs ?? remembersMs);
    this.#said.set(host, { before: own, quietSince: now - quietMs, remembersSince: now - remembersMs });
  }

  /**
   * Whether a silent host holds nothing any more. All others remember who was the home before: nobody, the silent host itself, or one that says that it knew all and has lent it nothing that could
   * be believed. What it may have lent itself is over, as its lease is, which another has; and most hosts have not vouched for an older home for so long that without a lease none could go on either.
   * `all`: hosts there are, the silent one included. `msMin`: for how long what others lent may be believed: who remembers less may have forgotten who lent it.
   */
  holdsNothing(silent: HostId, all: readonly HostId[], now: number, msMin: number): boolean {
    let newest: FollowedBefore | undefined;
    let quiet = 0;
    for (const host of all) {
      if (host === silent) continue;
      const said = this.#said.get(host);
      if (said === undefined || now - said.remembersSince < msMin) return false;
      if (now - said.quietSince >= quietMsMin) quiet += 1;
      const { before } = said;
      if (before !== undefined && BigInt(before.epoch) > BigInt(newest?.epoch ?? -1)) newest = before;
    }
    return (
      2 * quiet > all.length && (newest === undefined || newest.host === silent || this.#lentNothing(newest, silent))
    );
  }

  /** As that home says itself. */
  #lentNothing({ host, epoch }: FollowedBefore, silent: HostId): boolean {
    const own = this.#said.get(host)?.before;
    return own?.host === host && own.epoch === epoch && own.lent?.includes(silent) === false;
  }
}

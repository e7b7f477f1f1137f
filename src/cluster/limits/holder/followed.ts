import type { Homes } from '../../contract.ts';
import type { AccountLook } from '../contract.ts';

/** Accounts whose newest home is remembered. */
const accountsMax = 100_000;

/** The newest homes that this host knows, also of accounts that it holds nothing of: it vouches for no older one. */
export class Followed {
  readonly #homes: Pick<Homes, 'homeOf'>;
  readonly #epochs = new Map<string, bigint>();

  constructor(homes: Pick<Homes, 'homeOf'>) {
    this.#homes = homes;
  }

  /** Whether the home that asks is the newest that is known here; and whether that is known by NATS, so that this host can vouch for it. */
  follow({ account, epoch: asked, leased }: AccountLook): 'not' | 'knows' | 'believes' {
    const epoch = BigInt(asked);
    const home = this.#homes.homeOf(account);
    const now = home.at === 'nowhere' ? 0n : home.at === 'host' ? home.epoch : home.lease.epoch;
    const before = this.#epochs.get(account) ?? 0n;
    if (epoch < now || epoch < before) return 'not';
    if (!leased && epoch !== now && epoch !== before) return 'believes';
    // Without them it vouches for nobody but by NATS: that is safe.
    if (this.#epochs.size >= accountsMax) this.#epochs.clear();
    this.#epochs.set(account, epoch);
    return 'knows';
  }
}

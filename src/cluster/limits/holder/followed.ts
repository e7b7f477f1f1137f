import type { Clock } from '../../../model/clock.ts';
import type { HostId, Homes } from '../../contract.ts';
import type { AccountLook, FollowedBefore } from '../contract.ts';

/** Accounts whose newest home is remembered. */
const accountsMax = 100_000;

/** The newest home of an account, and the one before it. Times are of this host's clock, ms. */
interface Followed {
  readonly host: HostId;
  readonly epoch: bigint;
  readonly vouchedAt: number;
  readonly before: { readonly host: HostId; readonly epoch: bigint; readonly vouchedAt: number } | undefined;
}

/** The newest homes that this host knows, also of accounts that it holds nothing of: it vouches for no older one. */
export class FollowedHomes {
  readonly #homes: Pick<Homes, 'homeOf'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #all = new Map<string, Followed>();
  #since: number;

  constructor(homes: Pick<Homes, 'homeOf'>, clock: Pick<Clock, 'now'>) {
    this.#homes = homes;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** For how long it remembers all that it has followed, ms. */
  get remembersMs(): number {
    return this.#clock.now() - this.#since;
  }

  /** Whether the home that asks is the newest that is known here; and whether that is known by NATS, so that this host can vouch for it. */
  follow({ account, epoch: asked, leased }: AccountLook, from: HostId): 'not' | 'knows' | 'believes' {
    const epoch = BigInt(asked);
    const home = this.#homes.homeOf(account);
    const now = home.at === 'nowhere' ? 0n : home.at === 'host' ? home.epoch : home.lease.epoch;
    const last = this.#all.get(account);
    const before = last?.epoch ?? 0n;
    if (epoch < now || epoch < before) return 'not';
    if (!leased && epoch !== now && epoch !== before) return 'believes';
    // Without them it vouches for nobody but by NATS: that is safe.
    if (this.#all.size >= accountsMax) this.#forget();
    const older = last === undefined || epoch === before ? last?.before : last;
    this.#all.set(account, { host: from, epoch, vouchedAt: this.#clock.now(), before: older });
    return 'knows';
  }

  /** Whom it followed before the home that asks; undefined: nobody that it remembers. */
  before({ account, epoch }: AccountLook): FollowedBefore | undefined {
    const last = this.#all.get(account);
    const older = last !== undefined && last.epoch < BigInt(epoch) ? last : last?.before;
    if (older === undefined) return undefined;
    return { host: older.host, epoch: String(older.epoch), quietMs: this.#clock.now() - older.vouchedAt };
  }

  #forget(): void {
    this.#all.clear();
    this.#since = this.#clock.now();
  }
}

import type { Clock } from '../../../model/clock.ts';
import type { HostId, Homes } from '../../contract.ts';
import type { AccountLook, FollowedBefore } from '../contract.ts';

/** Accounts whose newest home is remembered. */
const accountsMax = 100_000;
/** More than anything here is remembered for, ms: a day. */
const alwaysMs = 86_400_000;

/** The newest home of an account, and the one before it. Times are of this host's clock, ms. */
interface Followed {
  readonly host: HostId;
  readonly epoch: bigint;
  readonly vouchedAt: number;
  readonly before: { readonly host: HostId; readonly epoch: bigint; readonly vouchedAt: number } | undefined;
}

/** What is needed to remember them. */
export interface FollowedHomesOptions {
  readonly homes: Pick<Homes, 'homeOf'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly self: HostId;
  /** Who may hold something of an account whose home this host was last; undefined where it does not know. */
  readonly lent: (account: string) => readonly HostId[] | undefined;
  /** No process of this host was there before: there is nothing that it could have forgotten. */
  readonly isNew: boolean;
}

/** The newest homes that this host knows, also of accounts that it holds nothing of: it vouches for no older one. */
export class FollowedHomes {
  readonly #o: FollowedHomesOptions;
  readonly #all = new Map<string, Followed>();
  #since: number;

  constructor(options: FollowedHomesOptions) {
    this.#o = options;
    const { clock, isNew } = options;
    this.#since = isNew ? clock.now() - alwaysMs : clock.now();
  }

  /** For how long it remembers all that it has followed, ms. */
  get remembersMs(): number {
    return this.#o.clock.now() - this.#since;
  }

  /** Whether the home that asks is the newest that is known here; and whether that is known by NATS, so that this host can vouch for it. */
  follow({ account, epoch: asked, leased }: AccountLook, from: HostId): 'not' | 'knows' | 'believes' {
    const epoch = BigInt(asked);
    const home = this.#o.homes.homeOf(account);
    const now = home.at === 'nowhere' ? 0n : home.at === 'host' ? home.epoch : home.lease.epoch;
    const last = this.#all.get(account);
    const before = last?.epoch ?? 0n;
    if (epoch < now || epoch < before) return 'not';
    if (!leased && epoch !== now && epoch !== before) return 'believes';
    // Without them it vouches for nobody but by NATS: that is safe.
    if (this.#all.size >= accountsMax) this.#forget();
    const older = last === undefined || epoch === before ? last?.before : last;
    this.#all.set(account, { host: from, epoch, vouchedAt: this.#o.clock.now(), before: older });
    return 'knows';
  }

  /** Whom it followed before the home that asks; undefined: nobody that it remembers. */
  before({ account, epoch }: AccountLook): FollowedBefore | undefined {
    const last = this.#all.get(account);
    const older = last !== undefined && last.epoch < BigInt(epoch) ? last : last?.before;
    if (older === undefined) return undefined;
    const { host, vouchedAt } = older;
    const lent = host === this.#o.self ? this.#o.lent(account) : undefined;
    const quietMs = this.#o.clock.now() - vouchedAt;
    return { host, epoch: String(older.epoch), quietMs, ...(lent !== undefined && { lent }) };
  }

  #forget(): void {
    this.#all.clear();
    this.#since = this.#o.clock.now();
  }
}

import type { Homes } from '../../contract.ts';

/** By what right this host speaks for an account. */
export interface Right {
  readonly epoch: bigint;
  /** When this host first knew that it is the home, on its clock, ms. */
  readonly since: number;
  /** NATS says so; else only most of the hosts do. */
  readonly leased: boolean;
}

/** How many leases are remembered: there are as many as shards. */
const termsMax = 10_000;

/** Of which accounts this host is the home, and since when. */
export class HomeTerms {
  readonly #homes: Pick<Homes, 'homeOf'>;
  readonly #now: () => number;
  readonly #since = new Map<string, number>();

  constructor(homes: Pick<Homes, 'homeOf'>, now: () => number) {
    this.#homes = homes;
    this.#now = now;
  }

  /** `last`: the epoch at which it was the account's home last, where it was. */
  of(account: string, last: bigint | undefined): Right | undefined {
    const home = this.#homes.homeOf(account);
    if (home.at === 'here') {
      const { name, epoch, valid } = home.lease;
      if (valid || epoch === last) return { epoch, since: this.#begun(name, epoch), leased: valid };
      return undefined;
    }
    if (home.at === 'host' || last === undefined) return undefined;
    return { epoch: last, since: Number.NEGATIVE_INFINITY, leased: false };
  }

  #begun(name: string, epoch: bigint): number {
    const key = `${name} ${epoch}`;
    const known = this.#since.get(key);
    if (known !== undefined) return known;
    if (this.#since.size >= termsMax) this.#since.clear();
    const now = this.#now();
    this.#since.set(key, now);
    return now;
  }
}

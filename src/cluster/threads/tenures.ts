import type { Tenure } from '../../sharing/lifetime/tenure.ts';
import type { Home, Homes, Lease } from '../contract.ts';
import { firstToken } from './tokens.ts';

/** For how long one account is at home here. */
class AccountTenure implements Tenure {
  readonly firstNumber: bigint;
  readonly lease: Lease;
  /** Its account was given up, whatever the lease says. */
  #isGivenUp = false;

  constructor(lease: Lease) {
    this.lease = lease;
    this.firstNumber = firstToken(lease.epoch);
  }

  get suspended(): boolean {
    return !this.over && !this.lease.valid;
  }

  get over(): boolean {
    return this.#isGivenUp || this.lease.over.aborted;
  }

  async settled(): Promise<boolean> {
    return (await this.lease.settled()) && !this.over;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }
}

const elsewhere: Tenure = { over: true, firstNumber: 0n, settled: async () => false };

/**
 * Which accounts are at home here, as their sessions and what their threads share see it: each time that one comes to be at home here is a tenure, with tokens
 * of its own.
 *
 * This room is what a cluster has to do with threads: where their sessions are (`session-route.ts`), for how long (this), which tokens locks have (`tokens.ts`), and what
 * is kept of threads that outlive their clients (`kept-threads.ts`).
 */
export class Tenures implements Disposable {
  readonly #homes: Pick<Homes, 'homeOf' | 'onChange'>;
  readonly #tenures = new Map<string, AccountTenure>();
  readonly #listeners = new Set<() => void>();
  readonly #watch: Disposable;

  constructor(homes: Pick<Homes, 'homeOf' | 'onChange'>) {
    this.#homes = homes;
    this.#watch = homes.onChange(() => this.#look());
  }

  /** The same object for as long as it lasts, also while its lease is suspended; one that is over where the account is elsewhere. */
  readonly of = (account: string): Tenure => {
    const known = this.#tenures.get(account);
    if (known?.over === false) return known;
    const lease = leaseOf(this.#homes.homeOf(account));
    if (lease === undefined || lease.over.aborted) return known ?? elsewhere;
    const tenure = new AccountTenure(lease);
    this.#tenures.set(account, tenure);
    return tenure;
  };

  /** `listener` is called when one or several have ended. */
  onOver(listener: () => void): void {
    this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #look(): void {
    let changed = false;
    for (const [account, tenure] of this.#tenures) {
      const lease = leaseOf(this.#homes.homeOf(account));
      if (!tenure.over && lease?.epoch === tenure.lease.epoch) continue;
      tenure.giveUp();
      changed = true;
      this.#tenures.delete(account);
    }
    if (changed) for (const listener of this.#listeners) listener();
  }
}

/** By which this host has an account, or had it until that was suspended. */
function leaseOf(home: Home): Lease | undefined {
  if (home.at === 'here') return home.lease;
  return home.at === 'nowhere' ? home.suspended : undefined;
}

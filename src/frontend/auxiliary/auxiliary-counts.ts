import { auxiliaryLimits } from '../../model/auxiliary/auxiliary-service.ts';

/** What was counted of one auxiliary service since the service started. */
export interface AuxiliaryTotals {
  readonly name: string;
  readonly requests: number;
  /** Its answers of 500 and more, and those that never came. */
  readonly failures: number;
  readonly refusals: number;
  readonly open: number;
}

interface Count {
  requests: number;
  failures: number;
  refusals: number;
  open: number;
}

/** Requests to auxiliary services: how many there were, and are now. */
export class AuxiliaryCounts {
  readonly #byService = new Map<string, Count>();
  readonly #ofAccount = new Map<string, number>();

  /** Why one more is too many, in words; undefined: it is not. */
  over(name: string, account: string): string | undefined {
    const { openMax, openOfAccountMax } = auxiliaryLimits;
    if (this.#of(name).open >= openMax) return `${openMax} requests to ${name} are under way; more are not taken`;
    if ((this.#ofAccount.get(account) ?? 0) < openOfAccountMax) return undefined;
    return `${openOfAccountMax} requests of one account to auxiliary services are under way; more are not taken`;
  }

  /** Gives what is to be called when it is over, once. */
  begin(name: string, account: string): (failed: boolean) => void {
    const count = this.#of(name);
    count.requests += 1;
    count.open += 1;
    this.#ofAccount.set(account, (this.#ofAccount.get(account) ?? 0) + 1);
    return (failed) => {
      count.open -= 1;
      if (failed) count.failures += 1;
      const left = (this.#ofAccount.get(account) ?? 1) - 1;
      if (left === 0) this.#ofAccount.delete(account);
      else this.#ofAccount.set(account, left);
    };
  }

  refused(name: string): void {
    this.#of(name).refusals += 1;
  }

  totals(names: readonly string[]): readonly AuxiliaryTotals[] {
    return names.map((name) => ({ name, ...(this.#byService.get(name) ?? none) }));
  }

  #of(name: string): Count {
    const count = this.#byService.get(name) ?? { ...none };
    this.#byService.set(name, count);
    return count;
  }
}

const none: Readonly<Count> = { requests: 0, failures: 0, refusals: 0, open: 0 };

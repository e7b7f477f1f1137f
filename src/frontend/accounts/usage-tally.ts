import { limits } from '../../model/limits.ts';
import type { EgressTotals } from '../../model/network.ts';
import type { Usage, UsageRecord } from '../../model/accounts/usage.ts';

const hourMs = 3_600_000;

/** A sum that grows in place: it does so in the midst of every invocation. */
class Sum implements Usage {
  requests = 0;
  errors = 0;
  gbSeconds = 0;
  egressBytes = 0;
}

/** What is known of an account: what it used since the start, and in this hour by function. */
class AccountSums {
  readonly total: Sum = new Sum();
  functions: Map<string, Sum> = new Map();

  of(functionName: string): Sum {
    const known = this.functions.get(functionName);
    if (known !== undefined) return known;
    if (functionName !== '' && this.functions.size >= limits.usageFunctionsMax) return this.of('');
    const sum = new Sum();
    this.functions.set(functionName, sum);
    return sum;
  }
}

/** What was used and is not written yet, by hour, account and function; and what accounts used since the start. */
export class UsageTally {
  #hour = 0;
  readonly #accounts = new Map<string, AccountSums>();
  #done: UsageRecord[] = [];
  /** What connections had carried, by account and function, when it was last looked at. */
  #carried = new Map<string, number>();

  /** One invocation has ended. */
  invoked(account: string, functionName: string, ok: boolean, gbSeconds: number, wallMs: number): void {
    const sums = this.#of(account, wallMs);
    for (const sum of [sums.total, sums.of(functionName)]) {
      sum.requests += 1;
      if (!ok) sum.errors += 1;
      sum.gbSeconds += gbSeconds;
    }
  }

  /** Adds what connections carried since they were last looked at. */
  egress(totals: readonly EgressTotals[], wallMs: number): void {
    const carried = new Map<string, number>();
    for (const { account, functionName, bytesOut } of totals) {
      const key = `${account}/${functionName}`;
      carried.set(key, bytesOut);
      const more = bytesOut - (this.#carried.get(key) ?? 0);
      if (more <= 0) continue;
      const sums = this.#of(account, wallMs);
      sums.total.egressBytes += more;
      sums.of(functionName).egressBytes += more;
    }
    this.#carried = carried;
  }

  /** What is to be written; from now on it counts from nothing again. */
  take(): readonly UsageRecord[] {
    this.#close();
    const taken = this.#done;
    this.#done = [];
    return taken;
  }

  /** By account, since the start. */
  totals(): ReadonlyMap<string, Usage> {
    return new Map(Array.from(this.#accounts, ([account, { total }]) => [account, total]));
  }

  #of(account: string, wallMs: number): AccountSums {
    const hour = wallMs - (wallMs % hourMs);
    if (hour !== this.#hour) {
      this.#close();
      this.#hour = hour;
    }
    let sums = this.#accounts.get(account);
    if (sums === undefined) this.#accounts.set(account, (sums = new AccountSums()));
    return sums;
  }

  #close(): void {
    for (const [account, sums] of this.#accounts) {
      if (sums.functions.size === 0) continue;
      for (const [functionName, used] of sums.functions)
        this.#done.push({ account, functionName, fromMs: this.#hour, ...used });
      sums.functions = new Map();
    }
  }
}

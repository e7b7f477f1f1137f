import { ceilingOf, type Capacity, type FunctionVersion } from '../../model/functions/function.ts';
import type { AccountShare, CallLimits, CallsInUse, CallsUse } from '../contract.ts';
import { CallLine } from './call-line.ts';
import { refusalElsewhere, refusalOf, type Refusal } from './throttle.ts';

/** The calls of one account that have not ended, queued ones included, and what of its limit is reserved. */
export class AccountCalls implements CallsUse, CallsInUse {
  readonly #account: string;
  readonly #limits: CallLimits;
  concurrency = 0;
  memoryMb = 0;
  /** Of functions for which nothing is reserved, beyond what is provisioned of them. */
  unreserved = 0;
  /** Of functions for which something is. */
  apart = 0;
  /** By all its functions together; of those for which nothing is, what is provisioned. */
  reservedSum = 0;
  /** Calls that run, and how many may; the others wait. */
  atWork = 0;
  readonly ceiling: number;
  readonly functions: Map<string, FunctionCalls> = new Map();
  /** Threads that wait until it may have more. */
  readonly line: CallLine = new CallLine();

  constructor(account: string, limits: CallLimits, ceiling: number) {
    this.#account = account;
    this.#limits = limits;
    this.ceiling = ceiling;
  }

  /** What of its limits this host may use, where several hosts share them. Looked up each time: who lends it forgets what was not used for long. */
  get share(): AccountShare | undefined {
    return this.#limits.shared?.of(this.#account, this);
  }

  get waiting(): number {
    return this.line.size;
  }

  review(): void {
    this.line.review();
  }

  useOf(pool: string): number {
    return pool === '' ? this.concurrency - this.apart : (this.functions.get(pool.slice(2))?.apart ?? 0);
  }

  *pools(): Generator<string> {
    if (this.concurrency > this.apart) yield '';
    for (const { apart, pool } of this.functions.values()) if (apart > 0) yield pool;
  }

  /** How many may be there at once. */
  get max(): number {
    return this.#limits.concurrencyMaxOf(this.#account);
  }

  /** What they may take together, MB. */
  get memoryMbMax(): number {
    return this.#limits.memoryMbMaxOf?.(this.#account) ?? Infinity;
  }
}

/** The calls of one function, whichever version and tenant, that have not ended. */
export class FunctionCalls {
  readonly name: string;
  readonly account: AccountCalls;
  running = 0;
  /** Those of them that run, and do not wait. */
  atWork = 0;
  /** What its calls take tokens of, where several hosts share limits: what is reserved for it, or what all others share. */
  pool = '';
  #reserved: number | undefined;
  #provisioned = 0;

  constructor(name: string, account: AccountCalls) {
    this.name = name;
    this.account = account;
  }

  get reserved(): number | undefined {
    return this.#reserved;
  }

  set reserved(reserved: number | undefined) {
    this.#keep(reserved, this.#provisioned);
  }

  /** How many are provisioned of all its versions: where nothing is reserved, so many are kept for it. */
  get provisioned(): number {
    return this.#provisioned;
  }

  set provisioned(provisioned: number) {
    this.#keep(this.#reserved, provisioned);
  }

  /** Its calls are counted by what holds from now on. */
  #keep(reserved: number | undefined, provisioned: number): void {
    const { account } = this;
    const [shared, apart] = [this.#shared, this.apart];
    account.reservedSum += (reserved ?? provisioned) - (this.#reserved ?? this.#provisioned);
    this.#reserved = reserved;
    this.#provisioned = provisioned;
    this.pool = reserved === undefined ? '' : `f:${this.name}`;
    account.unreserved += this.#shared - shared;
    account.apart += this.apart - apart;
    account.line.review();
  }

  /** Those of its calls that are in what is reserved for it. */
  get apart(): number {
    return this.#reserved === undefined ? 0 : this.running;
  }

  /** Those of its calls that are in what nobody keeps. */
  get #shared(): number {
    return this.#reserved === undefined ? Math.max(0, this.running - this.#provisioned) : 0;
  }

  /** Why one more that takes so much memory may not come now, if so. */
  refusal(memoryMb: number): Refusal | undefined {
    const { account, running } = this;
    const { unreserved, reservedSum, concurrency: total, max, memoryMbMax } = account;
    const here = {
      running,
      reserved: this.#reserved,
      provisioned: this.#provisioned,
      unreserved,
      reservedSum,
      total,
      max,
    };
    const refusal = refusalOf({ ...here, memoryMb: account.memoryMb, memoryMbMax }, memoryMb);
    const share = refusal === undefined ? account.share : undefined;
    if (share === undefined || share.takes(this.pool, memoryMb)) return refusal;
    return refusalElsewhere(this.#reserved !== undefined);
  }

  /** Whether so many run already, of the function with this ceiling or of its account, that others wait; `more`: about to. */
  full(capacity: Capacity | undefined, more: number): boolean {
    const { account, atWork } = this;
    const ceiling = ceilingOf({ capacity });
    return atWork + more >= ceiling || account.atWork + more >= account.ceiling;
  }

  /** One more of its calls runs, or `-1`, has ended. */
  works(change: 1 | -1): void {
    this.atWork += change;
    this.account.atWork += change;
  }

  begun(memoryMb: number): void {
    this.#count(1, memoryMb);
  }

  /** Whoever waits for its place is looked at soon. */
  ended(memoryMb: number): void {
    this.#count(-1, -memoryMb);
    this.account.line.review();
    this.account.share?.ended();
  }

  #count(calls: 1 | -1, memoryMb: number): void {
    const { account } = this;
    const [shared, apart] = [this.#shared, this.apart];
    this.running += calls;
    account.concurrency += calls;
    account.memoryMb += memoryMb;
    account.unreserved += this.#shared - shared;
    account.apart += this.apart - apart;
  }
}

/**
 * How many calls accounts and functions may have at once, as AWS Lambda has it: an account so many, of which functions reserve a part. Beside
 * `concurrency.ts`, which is about what the machine can do.
 */
export class Quota {
  readonly #limits: CallLimits;
  readonly #capacityByAccount: Readonly<Record<string, Capacity>>;
  readonly #accounts: Map<string, AccountCalls> = new Map();

  constructor(limits: CallLimits, capacityByAccount: Readonly<Record<string, Capacity>> = {}) {
    this.#limits = limits;
    this.#capacityByAccount = capacityByAccount;
  }

  /** A function's calls; the same object as long as anything is counted or reserved, or whoever asked has not let go of it. */
  of({ account, name }: Pick<FunctionVersion, 'account' | 'name'>): FunctionCalls {
    let own = this.#accounts.get(account);
    if (own === undefined) this.#accounts.set(account, (own = this.#account(account)));
    let calls = own.functions.get(name);
    if (calls === undefined) own.functions.set(name, (calls = new FunctionCalls(name, own)));
    return calls;
  }

  /** To be called when nobody holds it (any more): forgets it where nothing is counted or reserved. */
  let(account: string, calls: FunctionCalls): void {
    if (calls.running > 0 || calls.reserved !== undefined || calls.provisioned > 0) return;
    calls.account.functions.delete(calls.name);
    if (calls.account.functions.size === 0) this.#accounts.delete(account);
  }

  /** What the calls of an account take now. */
  useOf(account: string): CallsUse {
    const { concurrency, memoryMb } = this.#accounts.get(account) ?? { concurrency: 0, memoryMb: 0 };
    return { concurrency, memoryMb };
  }

  /** An account may have more, or less, from now on. */
  limitsChanged(account: string): void {
    this.#accounts.get(account)?.line.review();
  }

  /** Who waits, by account. */
  *lines(): Generator<CallLine> {
    for (const { line } of this.#accounts.values()) yield line;
  }

  #account(account: string): AccountCalls {
    const capacity = this.#capacityByAccount[account];
    const ceiling = ceilingOf({ capacity });
    return new AccountCalls(account, this.#limits, ceiling);
  }
}

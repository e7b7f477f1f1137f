import { mayStart } from '../../async/lines/slots.ts';
import { eventBytesMax } from '../gather.ts';
import { Taking } from './taking.ts';

/** What all event sources may have together. */
export interface BudgetSize {
  /** Of records that are held, here or by functions, at which nobody takes more; each who waits may bring one answer of its source beyond it. */
  readonly bytesMax: number;
  readonly receiversMax: number;
}

interface Account {
  bytes: number;
  receivers: number;
  /** Who waits for room, first come first served. */
  readonly line: Set<Waiter>;
}

interface Waiter {
  readonly holder: Holder;
  readonly begin: () => void;
}

/** What a source that holds records which nobody has taken yet tells of them. */
export interface HeldAhead {
  /** So many bytes more are held; fewer, where it is negative. */
  change(bytes: number): void;
  /** Whether more may be held. */
  readonly mayTake: boolean;
}

/**
 * The memory that event sources use together, and how many receivers they have: shared as events are ({@link mayStart}), so that neither an account nor one
 * of its mappings is given all there is. While there is enough, everybody waits for records as long as he likes. Where somebody has his share, those of his
 * receivers that wait are told to stop; whoever wants more then waits in line, accounts in turns, and has room set apart for one batch when it is his turn.
 */
export class SourceBudget {
  readonly #size: BudgetSize;
  /** In the order of their turns. */
  readonly #accounts = new Map<string, Account>();
  /** Those who wait for records, and have none. */
  readonly #idle = new Map<Taking, Holder>();
  #bytes = 0;
  #receivers = 0;
  #waiting = 0;

  constructor(size: BudgetSize) {
    this.#size = size;
  }

  /** Bytes of records that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  get receivers(): number {
    return this.#receivers;
  }

  /** For one mapping of an account. */
  holder(account: string): Holder {
    return new Holder(this, account);
  }

  /** @internal by its holders */
  changed(holder: Holder, bytes: number): void {
    this.#account(holder.account).bytes += bytes;
    this.#bytes += bytes;
    if (bytes > 0) this.#press();
    else this.#serve();
    this.#tidy(holder.account);
  }

  /** @internal by its holders */
  counted(holder: Holder, change: 1 | -1): void {
    this.#account(holder.account).receivers += change;
    this.#receivers += change;
    this.#tidy(holder.account);
  }

  mayTake({ account, bytes }: Holder): boolean {
    const running = { total: this.#bytes, account: this.#accounts.get(account)?.bytes ?? 0, line: bytes };
    return mayStart(running, this.#size.bytesMax);
  }

  /** `less`: if one had so many fewer. */
  mayAdd({ account, receivers }: Holder, less: 0 | 1): boolean {
    const ofAccount = this.#accounts.get(account)?.receivers ?? 0;
    const running = { total: this.#receivers - less, account: ofAccount - less, line: receivers - less };
    return mayStart(running, this.#size.receiversMax);
  }

  async begin(holder: Holder, signal: AbortSignal): Promise<Taking> {
    if (this.mayTake(holder)) {
      const taking = new Taking(holder, 0, signal, () => this.#idle.delete(taking));
      this.#idle.set(taking, holder);
      return taking;
    }
    // What is set apart for it when its turn comes; nothing where that never came.
    return new Taking(holder, await this.#turn(holder, signal), signal);
  }

  /** Resolves with how many bytes are set apart. */
  #turn(holder: Holder, signal: AbortSignal): Promise<number> {
    if (signal.aborted) return Promise.resolve(0);
    const { promise, resolve } = Promise.withResolvers<number>();
    const { line } = this.#account(holder.account);
    const end = (bytes: number): void => {
      signal.removeEventListener('abort', over);
      line.delete(waiter);
      this.#waiting -= 1;
      this.#tidy(holder.account);
      resolve(bytes);
    };
    const over = (): void => end(0);
    const waiter: Waiter = { holder, begin: () => end(eventBytesMax) };
    signal.addEventListener('abort', over);
    line.add(waiter);
    this.#waiting += 1;
    return promise;
  }

  /** Gives room to who waits, for as long as there is some. */
  #serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { holder, begin } = next;
      const account = this.#account(holder.account);
      this.#accounts.delete(holder.account);
      this.#accounts.set(holder.account, account);
      begin();
      holder.change(eventBytesMax);
    }
  }

  #next(): Waiter | undefined {
    if (this.#waiting === 0) return undefined;
    for (const { line } of this.#accounts.values())
      for (const waiter of line) if (this.mayTake(waiter.holder)) return waiter;
    return undefined;
  }

  /** Whoever has his share is not to wait for more. */
  #press(): void {
    // With so little in all, nobody can have more than his share.
    if (this.#bytes < this.#size.bytesMax / 4) return;
    for (const [taking, holder] of this.#idle) if (!this.mayTake(holder)) taking.press();
  }

  #account(name: string): Account {
    const account = this.#accounts.get(name) ?? { bytes: 0, receivers: 0, line: new Set() };
    this.#accounts.set(name, account);
    return account;
  }

  #tidy(name: string): void {
    const account = this.#accounts.get(name);
    if (account?.bytes === 0 && account.receivers === 0 && account.line.size === 0) this.#accounts.delete(name);
  }
}

/** What one mapping has of the budget. */
export class Holder implements HeldAhead {
  readonly account: string;
  readonly #budget: SourceBudget;
  bytes = 0;
  receivers = 0;

  constructor(budget: SourceBudget, account: string) {
    this.#budget = budget;
    this.account = account;
  }

  get mayTake(): boolean {
    return this.#budget.mayTake(this);
  }

  change(bytes: number): void {
    if (bytes === 0) return;
    this.bytes += bytes;
    this.#budget.changed(this, bytes);
  }

  /** Whether there may be one more receiver. */
  get mayAdd(): boolean {
    return this.#budget.mayAdd(this, 0);
  }

  /** Whether one should go, as others need it more. */
  get hasTooMany(): boolean {
    return !this.#budget.mayAdd(this, 1);
  }

  /** One receiver more, until it is disposed of. */
  receiver(): Disposable {
    this.#count(1);
    return { [Symbol.dispose]: () => this.#count(-1) };
  }

  /** Resolves when one more batch may be taken, or when `signal` fires. */
  async begin(signal: AbortSignal): Promise<Taking> {
    return await this.#budget.begin(this, signal);
  }

  #count(change: 1 | -1): void {
    this.receivers += change;
    this.#budget.counted(this, change);
  }
}

import { limits } from '../../model/limits.ts';
import type { Forecast } from './habit.ts';
import { Trigger, type TriggerRecord } from './trigger.ts';

/** A trigger as it is kept. */
export interface KeptTrigger extends TriggerRecord {
  readonly account: string;
  readonly name: string;
}

/** What a notification tells. */
export interface Notified {
  readonly trigger: Trigger;
  /** Functions that mostly follow; none where it belongs to a notification just before. */
  readonly forecasts: readonly (readonly [functionName: string, forecast: Forecast])[];
}

/** The account, or the service, has as many triggers as it may. */
export class TriggersFullError extends Error {
  override readonly name = 'TriggersFullError';
}

interface AccountTriggers {
  /** Since when its calls are seen. */
  readonly since: number;
  readonly triggers: Map<string, Trigger>;
  /** Those whose window is open. */
  readonly open: Set<Trigger>;
  /** When functions were last called, those that were called longest ago first. */
  readonly lastCalls: Map<string, number>;
}

/** Functions of an account whose last calls are remembered, for what is usual without a notification. */
const lastCallsMax = 256;

/** All triggers, by account: each learns from its account's calls and from nobody else's. Time is an argument everywhere. */
export class TriggerBook {
  readonly #accounts: Map<string, AccountTriggers> = new Map();
  #count = 0;
  /** What is kept is not what it was. */
  changed = false;

  /** Notifies a trigger, which is made if there is none of the name. Throws TriggersFullError. */
  notify(account: string, name: string, now: number, wallMs: number): Notified {
    const own = this.#own(account, now);
    let trigger = own.triggers.get(name);
    if (trigger === undefined) {
      this.#checkRoom(own);
      own.triggers.set(name, (trigger = new Trigger()));
      this.#count += 1;
    }
    this.changed = true;
    const begun = trigger.notified(now, wallMs, own);
    own.open.add(trigger);
    return { trigger, forecasts: begun ? trigger.forecasts : [] };
  }

  /** A function of the account is called: gives who is to be told of its end, if a notification was not long ago. */
  called(account: string, functionName: string, now: number): readonly Trigger[] {
    const own = this.#accounts.get(account);
    if (own === undefined) return none;
    const open = own.open.size === 0 ? none : [...own.open];
    for (const trigger of open) trigger.called(functionName, now);
    own.lastCalls.delete(functionName);
    own.lastCalls.set(functionName, now);
    if (own.lastCalls.size > lastCallsMax)
      for (const oldest of own.lastCalls.keys()) {
        own.lastCalls.delete(oldest);
        break;
      }
    return open;
  }

  /** Its call has ended, in this container; undefined: it had none. */
  ended(account: string, functionName: string, containerId: string | undefined): void {
    for (const trigger of this.#accounts.get(account)?.open ?? none) trigger.ended(functionName, containerId);
  }

  /** Whether calls of this account are looked at: a look-up, and nothing else. */
  watches(account: string): boolean {
    return this.#accounts.has(account);
  }

  /** Closes what is over; gives when the next will be. */
  close(now: number): number {
    let nextAt = Infinity;
    for (const { open } of this.#accounts.values())
      for (const trigger of open)
        if (trigger.closesAt <= now) {
          trigger.close(now);
          open.delete(trigger);
          this.changed = true;
        } else nextAt = Math.min(nextAt, trigger.closesAt);
    return nextAt;
  }

  find(account: string, name: string): Trigger | undefined {
    return this.#accounts.get(account)?.triggers.get(name);
  }

  /** By name. */
  of(account: string): readonly (readonly [name: string, trigger: Trigger])[] {
    return [...(this.#accounts.get(account)?.triggers ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Whether there was one. */
  remove(account: string, name: string): boolean {
    const own = this.#accounts.get(account);
    const trigger = own?.triggers.get(name);
    if (own === undefined || trigger === undefined) return false;
    own.triggers.delete(name);
    own.open.delete(trigger);
    if (own.triggers.size === 0) this.#accounts.delete(account);
    this.#count -= 1;
    this.changed = true;
    return true;
  }

  /** The account is gone. */
  forget(account: string): void {
    for (const [name] of this.of(account)) this.remove(account, name);
  }

  get kept(): KeptTrigger[] {
    return [...this.#accounts.keys()].flatMap((account) => this.keptOf(account));
  }

  keptOf(account: string): KeptTrigger[] {
    return this.of(account).map(([name, trigger]) => ({ account, name, ...trigger.record }));
  }

  /** What an earlier service kept. Beyond what may be there it is left out. */
  restore(kept: Iterable<KeptTrigger>, now: number): void {
    for (const { account, name, ...record } of kept) {
      const own = this.#own(account, now);
      if (own.triggers.size >= limits.triggersPerAccountMax || this.#count >= limits.triggersMax) continue;
      if (!own.triggers.has(name)) this.#count += 1;
      own.triggers.set(name, Trigger.restored(record));
    }
  }

  #own(account: string, now: number): AccountTriggers {
    let own = this.#accounts.get(account);
    if (own === undefined)
      this.#accounts.set(account, (own = { since: now, triggers: new Map(), open: new Set(), lastCalls: new Map() }));
    return own;
  }

  #checkRoom({ triggers }: AccountTriggers): void {
    if (triggers.size >= limits.triggersPerAccountMax)
      throw new TriggersFullError(
        `The account has ${triggers.size} triggers, which is the most that may be. Remove those that are not notified any more.`,
      );
    if (this.#count >= limits.triggersMax)
      throw new TriggersFullError(`The service has ${this.#count} triggers, which is the most that may be.`);
  }
}

const none: readonly Trigger[] = [];

import type { Clock, Timer } from '../../model/clock.ts';
import { latestVersion } from '../../model/functions/function.ts';
import type { Invocation } from '../../model/invocations/invocation.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import { isCertain, type Forecast } from './habit.ts';
import { TriggerBook } from './trigger-book.ts';
import type { Trigger } from './trigger.ts';

/** What is to be prepared because of a notification. */
export interface Due {
  readonly functionName: string;
  readonly count: number;
  readonly withinMs: number;
  readonly certainty: number;
}

/** A call that another host of the cluster has seen. */
export interface SeenCall {
  readonly name: string;
  /** So long before this is said, ms. */
  readonly agoMs: number;
  /** It has ended now, in this container (undefined: in none); absent: it has begun. */
  readonly ended?: { readonly containerId: string | undefined };
}

/** Other hosts of the cluster, of which one, the account's home, knows its triggers. */
export interface OtherHosts {
  /** Has all hosts tell this one of the account's calls from now on, and of those that they have not told yet; and what was learned of its triggers moves here, where another host had it. */
  gather(account: string): Promise<void>;
  /** Whether another host is to be told of this account's calls: a look-up. */
  watches(account: string): boolean;
  /** Tells it of a call that begins; gives what is to be called at its end. */
  called(account: string, name: string): (containerId: string | undefined) => void;
}

/**
 * Learned pre-triggers: a notification of any name is correlated with what its account calls afterwards, and the next one of the name prepares that much.
 *
 * `notify` is called by the operation; `watched` wraps the worker manager, whose calls are seen by it. In this room, `habit.ts` (pure) says what
 * follows from what was seen, `trigger.ts` sees it, `trigger-book.ts` knows all triggers within bounds, and `operations.ts` is what is asked for.
 */
export class TriggerWatch {
  readonly book: TriggerBook = new TriggerBook();
  readonly #clock: Clock;
  #timer: Timer | undefined;
  /** Set where there are any. */
  others: OtherHosts | undefined;
  /** By account and function, what notifications prepared for that has not come: several triggers may be followed by the same calls. */
  readonly #expected: Map<string, { count: number; readonly until: number }> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is to be prepared now, and the trigger that was notified. Throws TriggersFullError. */
  notify(account: string, name: string): { readonly trigger: Trigger; readonly due: readonly Due[] } {
    const now = this.#clock.now();
    const { trigger, forecasts } = this.book.notify(account, name, now, this.#clock.wall());
    this.#closeLater();
    const due = trigger.prepares ? forecasts.flatMap((one) => this.#due(account, one, now)) : [];
    return { trigger, due };
  }

  /** The same worker manager, whose calls are seen; it is one whose methods are its own properties, as `limitedByAccount` gives it. */
  watched(manager: WorkerManager): WorkerManager {
    return {
      ...manager,
      // No `async`: on the path of every invocation each promise counts.
      invoke: (invocation, signal) => {
        const { account } = invocation.function;
        if (!this.book.watches(account) && this.others?.watches(account) !== true)
          return manager.invoke(invocation, signal);
        return this.#invoke(manager, invocation, signal);
      },
    };
  }

  #invoke(manager: WorkerManager, invocation: Invocation, signal: AbortSignal): ReturnType<WorkerManager['invoke']> {
    const outcome = manager.invoke(invocation, signal);
    // Threads have no name by which they could be prepared, and what the service does for itself follows from nothing.
    if (invocation.watcher !== undefined || invocation.ofService === true) return outcome;
    const { account } = invocation.function;
    const name = nameOf(invocation);
    const told = this.#called(account, name, this.#clock.now());
    const tellHome = this.others?.watches(account) === true ? this.others.called(account, name) : undefined;
    if (told.length === 0 && tellHome === undefined) return outcome;
    const tell = (containerId?: string): void => {
      for (const trigger of told) trigger.ended(name, containerId);
      tellHome?.(containerId);
    };
    outcome.then(
      ({ containerId }) => tell(containerId),
      () => tell(),
    );
    return outcome;
  }

  /** Other hosts have seen these calls of an account whose triggers are here. */
  seen(account: string, calls: readonly SeenCall[]): void {
    for (const { name, agoMs, ended } of calls)
      if (ended === undefined) this.#called(account, name, this.#clock.now() - agoMs);
      else this.book.ended(account, name, ended.containerId);
  }

  #called(account: string, name: string, at: number): readonly Trigger[] {
    const expected = this.#expected.get(`${account}\0${name}`);
    if (expected !== undefined) expected.count -= 1;
    return this.book.called(account, name, at);
  }

  #due(account: string, [functionName, forecast]: readonly [string, Forecast], now: number): readonly Due[] {
    if (!isCertain(forecast)) return [];
    const { certainty, withinMs } = forecast;
    const key = `${account}\0${functionName}`;
    const before = this.#expected.get(key);
    const already = before !== undefined && before.until > now ? Math.max(0, before.count) : 0;
    const count = forecast.count - already;
    if (count <= 0) return [];
    this.#expected.set(key, { count: forecast.count, until: now + withinMs });
    return [{ functionName, count, withinMs, certainty }];
  }

  #closeLater(): void {
    if (this.#timer !== undefined) return;
    const now = this.#clock.now();
    const nextAt = this.book.close(now);
    for (const [key, { until }] of this.#expected) if (until <= now) this.#expected.delete(key);
    if (nextAt === Infinity) return;
    this.#timer = this.#clock.timer(Math.max(1, nextAt - now), () => {
      this.#timer = undefined;
      this.#closeLater();
    });
  }
}

/** By what it was called: with the alias, or the version, if it was by one. */
function nameOf({ function: fn, invokedArn = fn.arn }: Invocation): string {
  const qualifier = invokedArn.split(':')[7];
  return qualifier === undefined || qualifier === latestVersion ? fn.name : `${fn.name}:${qualifier}`;
}

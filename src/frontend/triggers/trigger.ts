import { forecastOf, isForgotten, learned, sightingsMax, type Forecast, type Sighting } from './habit.ts';

/** What is known of a trigger for keeping. */
export interface TriggerRecord {
  readonly prepares: boolean;
  readonly notified: number;
  /** Of these, those after which it was looked what follows, and that is over. */
  readonly windows: number;
  /** Wall clock, ms. */
  readonly lastAt: number;
  readonly habits: readonly (readonly [functionName: string, sightings: readonly Sighting[]])[];
}

/** Calls are taken for what follows a notification for so long, ms. */
export const windowMs = 60_000;
/** Notifications of one name that come as closely are one, ms. */
export const togetherMs = 1_000;
/** Functions that are remembered of one trigger. */
export const functionsMax = 16;

/** What is seen of one function after a notification that is not long ago. */
interface Seen {
  calls: number;
  running: number;
  readonly delayMs: number;
  readonly containers: Set<string>;
  readonly before: boolean;
}

interface Window {
  readonly at: number;
  /** Whether what was before it tells of times without a notification. */
  readonly controls: boolean;
  readonly functions: Map<string, Seen>;
  readonly before: ReadonlySet<string>;
}

/**
 * One trigger of an account: what followed its notifications, by function. Time is an argument everywhere. `notified` opens a window, or joins
 * one that was just opened; calls of the account come by `called` and `ended` while it is open; `close` ends it and learns.
 */
export class Trigger {
  /** Whether its notifications prepare anything; it learns in any case. */
  prepares = true;
  #notified = 0;
  #lastAt = 0;
  #habits: Map<string, readonly Sighting[]> = new Map();
  #window: Window | undefined;
  /** Windows that are over, and when the last was. */
  #windows = 0;
  #closedAt = Number.NEGATIVE_INFINITY;

  static restored({ prepares, notified, windows, lastAt, habits }: TriggerRecord): Trigger {
    const trigger = new Trigger();
    trigger.prepares = prepares;
    trigger.#notified = notified;
    trigger.#windows = windows;
    trigger.#lastAt = lastAt;
    trigger.#habits = new Map(habits.slice(0, functionsMax));
    return trigger;
  }

  get record(): TriggerRecord {
    return {
      prepares: this.prepares,
      notified: this.#notified,
      windows: this.#windows,
      lastAt: this.#lastAt,
      habits: [...this.#habits],
    };
  }

  get notifiedCount(): number {
    return this.#notified;
  }

  get lastAt(): number {
    return this.#lastAt;
  }

  /** When the open window is over; Infinity where none is. */
  get closesAt(): number {
    return this.#window === undefined ? Infinity : this.#window.at + windowMs;
  }

  /** What is to be expected, the most certain first. */
  get forecasts(): readonly (readonly [functionName: string, forecast: Forecast])[] {
    return Array.from(this.#habits, ([name, habit]) => [name, forecastOf(habit)] as const).toSorted(
      ([, a], [, b]) => b.certainty - a.certainty,
    );
  }

  /** It was notified; false where that belongs to a notification just before. `lastCalls`: when functions were last called, as far as seen `since`. */
  notified(
    now: number,
    wallMs: number,
    { since, lastCalls }: { readonly since: number; readonly lastCalls: ReadonlyMap<string, number> },
  ): boolean {
    const last = this.#window?.at;
    this.#notified += 1;
    this.#lastAt = wallMs;
    if (last !== undefined && now - last < togetherMs) return false;
    this.close(now);
    const before = new Set([...lastCalls].flatMap(([name, at]) => (at > now - windowMs ? [name] : [])));
    const sinceLastMs = last === undefined ? this.#sinceClosed(now) : now - last;
    this.#window = {
      at: now,
      controls: sinceLastMs >= 2 * windowMs && now - since >= windowMs,
      functions: new Map(),
      before,
    };
    return true;
  }

  /** Since the last notification, whose window is over. */
  #sinceClosed(now: number): number {
    return now - this.#closedAt + windowMs;
  }

  /** A function is called. */
  called(name: string, now: number): void {
    const window = this.#window;
    if (window === undefined || now - window.at >= windowMs) return;
    let seen = window.functions.get(name);
    if (seen === undefined) {
      if (window.functions.size >= functionsMax) return;
      seen = { calls: 0, running: 0, delayMs: now - window.at, containers: new Set(), before: window.before.has(name) };
      window.functions.set(name, seen);
    }
    seen.calls += 1;
    seen.running += 1;
  }

  /** Its call has ended, in this container; undefined: it had none. */
  ended(name: string, containerId: string | undefined): void {
    const seen = this.#window?.functions.get(name);
    if (seen === undefined || seen.running === 0) return;
    seen.running -= 1;
    if (containerId !== undefined) seen.containers.add(containerId);
  }

  /** The window is over: what was seen in it, and what was not, is learned. */
  close(now: number): void {
    const window = this.#window;
    if (window === undefined) return;
    this.#window = undefined;
    this.#closedAt = Math.min(now, window.at + windowMs);
    for (const name of new Set([...this.#habits.keys(), ...window.functions.keys()])) {
      const seen = window.functions.get(name);
      const before = window.controls ? window.before.has(name) : undefined;
      const sighting =
        seen === undefined
          ? { calls: 0, containers: 0, delayMs: 0, before }
          : {
              calls: seen.calls,
              containers: Math.max(1, seen.containers.size + seen.running),
              delayMs: Math.round(seen.delayMs),
              before,
            };
      const habit = learned(this.#habits.get(name) ?? this.#unseen(), sighting);
      if (isForgotten(habit)) this.#habits.delete(name);
      else this.#habits.set(name, habit);
    }
    this.#windows += 1;
    this.#forgetLeast();
  }

  /** What there is of a function that followed for the first time: all notifications before it did not. */
  #unseen(): readonly Sighting[] {
    const missed = Math.min(sightingsMax - 1, this.#windows);
    return Array.from({ length: missed }, () => ({ calls: 0, containers: 0, delayMs: 0, before: undefined }));
  }

  #forgetLeast(): void {
    if (this.#habits.size <= functionsMax) return;
    for (const [name] of this.forecasts.slice(functionsMax)) this.#habits.delete(name);
  }
}

import type { Clock, Timer } from '../../model/clock.ts';
import { SharingError } from '../../model/sharing.ts';
import { whenAborted } from './when-aborted.ts';

/** What ends a wait besides what is waited for. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  /** What is waited for, for messages. */
  readonly label: string;
}

/** Who is told of the end of a wait. */
export interface WaitEnd {
  /** It gave up, and is to be taken out of where it stands. Only where the object itself did not end it. */
  readonly gaveUp: () => void;
  /** However it ended, first of all. */
  readonly over: () => void;
}

/**
 * Somebody waits for something. It ends once: granted, refused, out of time, aborted, or because the holder ended.
 *
 * A seat (`lifetime/seat.ts`) makes one when an object has to make somebody wait; the object puts it in a `Line` of this room where the order
 * counts, and grants or refuses it later. Nothing here knows what is waited for.
 */
export class Wait<T> {
  readonly holder: string;
  readonly promise: Promise<T>;
  readonly #end: WaitEnd;
  readonly #timer: Timer | undefined;
  readonly #aborted: Disposable;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #over = false;

  constructor(holder: string, patience: Patience, end: WaitEnd) {
    this.holder = holder;
    this.#end = end;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { clock, signal, timeoutMs, label } = patience;
    if (timeoutMs !== undefined)
      this.#timer = clock.timer(timeoutMs, () =>
        this.giveUp(
          new SharingError('timed-out', `Waited ${timeoutMs} ms for ${label}, which is all that was allowed.`),
        ),
      );
    this.#aborted = whenAborted(signal, (reason) => this.giveUp(reason));
  }

  /** What was waited for has come. */
  grant(value: T): void {
    if (this.#finish()) this.#resolve(value);
  }

  /** What was waited for will not come. */
  refuse(error: Error): void {
    if (this.#finish()) this.#reject(error);
  }

  /** Whoever waits no longer does. */
  giveUp(reason: unknown): void {
    if (!this.#finish()) return;
    this.#reject(reason);
    this.#end.gaveUp();
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.[Symbol.dispose]();
    this.#aborted[Symbol.dispose]();
    this.#end.over();
    return true;
  }
}

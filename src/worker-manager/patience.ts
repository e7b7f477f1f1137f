import type { Clock } from '../model/clock.ts';
import type { Ticket } from './ticket.ts';

/** What is known of the containers that hold a request's code. Milliseconds. */
export interface BusyCode {
  /** Containers that run it now. */
  readonly busy: number;
  /** Requests that wait for it, this one not counted. */
  readonly waiting: number;
  /** How long a container that holds the code usually is taken by one request; undefined where that is not known. */
  readonly usualMs: number | undefined;
  /** The same of a container that must be given the code first. */
  readonly loadingMs: number | undefined;
  /** In the queue. */
  readonly waitedMs: number;
}

/** Requests that take longer than this have a container each: to wait for one another would show. */
const shortMs = 2;
/** However long it takes to make a container, nobody waits longer than this before one is ordered. */
const patienceMaxMs = 20;

/** How long a request may wait for a container that is about to be idle: not longer than it takes to get a new one. */
export function patienceMs(loadingMs: number | undefined): number {
  return Math.min(Math.max(loadingMs ?? 0, shortMs), patienceMaxMs);
}

/**
 * Whether a request for which no container is idle does best to wait for one that is about to be: then a crowd of requests of a
 * fraction of a millisecond each is served by a few warm processes instead of one process each, which would take memory and
 * processor time from those that run.
 */
export function isWorthWaiting({ busy, waiting, usualMs, loadingMs, waitedMs }: BusyCode): boolean {
  const patience = patienceMs(loadingMs);
  if (busy === 0 || usualMs === undefined || usualMs > shortMs || waitedMs >= patience) return false;
  return (usualMs * (waiting + 1)) / busy <= patience;
}

/** Who waits for a container that is about to be idle, rather than for a new one. */
export class Patience {
  readonly #clock: Clock;
  readonly #over: () => void;

  /** `over` is called when somebody may have waited long enough. */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Whether this request has it now. Not where its caller holds a container itself: that must not be left to a timer. */
  has({ code, invocation, place }: Ticket): boolean {
    if (invocation.nested === true) return false;
    const { containers, idle, waiting, usual, loading } = code;
    const patient = isWorthWaiting({
      busy: containers.size - idle.size,
      waiting: waiting.size - (place === undefined ? 0 : 1),
      usualMs: usual?.value,
      loadingMs: loading?.value,
      waitedMs: place === undefined ? 0 : this.#clock.now() - place.queuedAt,
    });
    if (patient)
      code.patience ??= this.#clock.timer(patienceMs(loading?.value), () => {
        code.patience = undefined;
        this.#over();
      });
    return patient;
  }
}

import type { Clock } from '../model/clock.ts';
import type { Processors } from './contract.ts';
import type { Code } from './code.ts';
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
/** What runs alone for longer than this is nobody's to wait for, even where all processors are busy. */
const crowdMs = 5;
/** A request that runs so many times longer than usual turned out to be long. */
const longFactor = 4;
/** However long it takes to make a container, nobody waits longer than this before one is ordered. */
const patienceMaxMs = 20;
/** Short requests that run at once for each processor while all of those are busy: one runs, one is on its way. */
const crowdPerProcessor = 3;

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

/**
 * Whether so many short requests run, while every processor is busy, that one more would only slow down the others: then it does
 * best to wait, even where a container is idle. What runs at once shares the processors, so that the time it takes
 * alone is that much less than what it took. `busy` leaves out those that turned out to be long.
 */
export function isCrowd(busy: number, usualMs: number | undefined, processors: number): boolean {
  if (usualMs === undefined || busy < crowdPerProcessor * processors) return false;
  return (usualMs * processors) / busy <= crowdMs;
}

/** Who waits for a container that is about to be idle, rather than for a new one. */
export class Patience {
  readonly #clock: Clock;
  readonly #processors: Processors;
  readonly #over: () => void;

  /** `over` is called when somebody may have waited long enough. */
  constructor(clock: Clock, processors: Processors, over: () => void) {
    this.#clock = clock;
    this.#processors = processors;
    this.#over = over;
  }

  /** Whether this request has it now. Not where its caller holds a container itself: that must not be left to a timer. */
  has(ticket: Ticket): boolean {
    const { code, invocation, place } = ticket;
    if (invocation.nested === true) return false;
    if (this.yields(ticket)) return true;
    const { containers, idle, waiting, usual, loading } = code;
    const patient = isWorthWaiting({
      busy: containers.size - idle.size,
      waiting: waiting.size - (place === undefined ? 0 : 1),
      usualMs: usual?.value,
      loadingMs: loading?.value,
      waitedMs: place === undefined ? 0 : this.#clock.now() - place.queuedAt,
    });
    if (patient) this.#watch(code);
    return patient;
  }

  /** Whether this request waits even where a container is idle. */
  yields({ code, invocation }: Ticket): boolean {
    if (invocation.nested === true || code.busy.size < crowdPerProcessor * this.#processors.count) return false;
    const crowd = isCrowd(this.#shortOnes(code), code.usual?.value, this.#processors.count) && this.#processors.full();
    if (crowd) this.#watch(code);
    return crowd;
  }

  /** Containers that run it and did not turn out to be long at that. */
  #shortOnes({ busy, usual }: Code): number {
    const since = this.#clock.now() - Math.max(patienceMaxMs, longFactor * (usual?.value ?? 0));
    let long = 0;
    for (const container of busy) {
      if (container.usedAt > since) break;
      long += 1;
    }
    return busy.size - long;
  }

  #watch(code: Code): void {
    code.patience ??= this.#clock.timer(patienceMs(code.loading?.value), () => {
      code.patience = undefined;
      this.#over();
    });
  }
}

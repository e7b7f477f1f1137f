import type { Clock } from '../model/clock.ts';
import type { Processors } from './contract.ts';
import type { Code } from './code.ts';
import { mayOrder, type Ticket } from './ticket.ts';

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
/** Nobody waits longer than this in a crowd while a container is idle: what it waits for may not be the processor. */
const crowdPatienceMs = 50;
/** A request that runs so many times longer than usual turned out to be long. */
const longFactor = 4;
/** However long it takes to make a container, nobody waits longer than this before one is ordered. */
const patienceMaxMs = 20;
/** Short requests that run at once for each processor while all of those are busy: one runs, one is on its way. */
const crowdPerProcessor = 2;

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
 * Whether so many short requests run, while all processors are full, that one more would only slow down the others: then it does
 * best to wait, even where a container is idle. What runs at once shares the processors, so that the time it would take
 * alone is that much less than what it took. `running` leaves out those that turned out to be long; those of which
 * nothing is known may be short.
 */
export function isCrowd(running: number, usualMs: number | undefined, processors: number): boolean {
  if (running < crowdPerProcessor * processors) return false;
  return usualMs === undefined || (usualMs * processors) / running <= crowdMs;
}

/** What patience needs of its surroundings. */
export interface PatienceOptions {
  readonly clock: Clock;
  readonly processors: Processors;
  readonly settings: { readonly queueMax: number };
}

/** Who waits for a container that is about to be idle, rather than for a new one. */
export class Patience {
  readonly #clock: Clock;
  readonly #processors: Processors;
  readonly #waitingMax: number;
  readonly #over: () => void;

  /** `over` is called when somebody may have waited long enough. */
  constructor({ clock, processors, settings }: PatienceOptions, over: () => void) {
    this.#clock = clock;
    this.#processors = processors;
    this.#waitingMax = settings.queueMax / 2;
    this.#over = over;
  }

  /** Whether this request has it now. Not where its caller holds a container itself: that must not be left to a timer. */
  has(ticket: Ticket): boolean {
    const { code, invocation, place } = ticket;
    if (invocation.nested === true) return false;
    const { containers, idle, waiting, uncovered, usual, loading } = code;
    const waitedMs = place === undefined ? 0 : this.#clock.now() - place.queuedAt;
    const patient =
      (waitedMs < crowdPatienceMs && this.#crowded(code, waiting.size - uncovered.size)) ||
      isWorthWaiting({
        busy: containers.size - idle.size,
        waiting: waiting.size - (place === undefined ? 0 : 1),
        usualMs: usual?.value,
        loadingMs: loading?.value,
        waitedMs,
      });
    if (patient) this.#watch(code);
    return patient;
  }

  /** Whose request cannot wait for what comes free: those that came later can wait longer, except for one just come that never can. */
  impatient({ uncovered }: Code): Ticket | undefined {
    const { newest } = uncovered;
    const ticket = newest?.invocation.nested === true ? newest : uncovered.find(mayOrder);
    return ticket !== undefined && mayOrder(ticket) && !this.has(ticket) ? ticket : undefined;
  }

  /** Whether this request waits even where a container is idle. */
  yields({ code, invocation, place }: Ticket): boolean {
    if (invocation.nested === true || !this.#crowded(code, 0)) return false;
    if (place !== undefined && this.#clock.now() - place.queuedAt >= crowdPatienceMs) return false;
    this.#watch(code);
    return true;
  }

  /** `ordered`: containers that are on their way to this code. */
  #crowded(code: Code, ordered: number): boolean {
    const { busy, usual, uncovered } = code;
    // Nobody is to be refused because others wait without need.
    if (uncovered.size > this.#waitingMax) return false;
    const { count } = this.#processors;
    if (busy.size + ordered < crowdPerProcessor * count) return false;
    return isCrowd(this.#shortOnes(code) + ordered, usual?.value, count) && this.#processors.full();
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

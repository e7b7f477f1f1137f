import type { Clock } from '../../model/clock.ts';
import { CapacityError, NeverFitsError, NoRoomError, type StoppingError } from '../../model/errors.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { MovingAverage } from '../orders/costs.ts';
import { FairQueue } from './fair-queue.ts';
import { Link } from '../active-pool/recency-list.ts';
import type { Code } from '../active-pool/state.ts';
import { mayOrder, type Ticket } from './ticket.ts';

export interface WaitingRoomOptions {
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'queueMax' | 'queueWaitMs'>;
  /** It will not be served; it is out of the queue. */
  readonly refused: (ticket: Ticket, error: unknown) => void;
}

/** A timer may fire this much early. */
const slackMs = 1;

/** When to try again, whole seconds: about as long as others waited of late. */
export function retryAfterSeconds(waitMs: number): number {
  return Math.min(60, Math.max(1, Math.ceil(waitMs / 1_000)));
}

/** Threads wait with their caller, who has only so many under way; refused, they would fail a program that does all it should. */
function mayLose({ invocation }: Ticket): boolean {
  return invocation.watcher === undefined && invocation.nested !== true;
}

function failureOf({ failure }: Ticket): string {
  return `No instance could be started for it: ${failure?.message.replace(/\.$/, '') ?? 'unknown'}`;
}

/** Nobody joins a queue that takes longer than this, or than so many calls of its function one after the other, ms … */
const queueMs = { calm: 250, surge: 150 };
const queueCalls = { calm: 20, surge: 4 };
/**
 * … where it is longer than this. To refuse costs nearly as much as to serve, and who is refused comes back at once; while far more come than
 * are served, they would only all wait longer.
 */
const queueLengthMin = { calm: 512, surge: 32 };

/**
 * The bounded queue with its clocks: a request leaves it by being served, by waiting too long, because its client is
 * gone, because there are too many, or because the service stops. A queue that moves is no lack of capacity: who waits in it
 * is not refused for the time that it takes, as long as others of its code are served.
 *
 * The dispatcher brings in what cannot start at once (`enter`, then `bound`), and takes out what does (`leave`). In this room,
 * `fair-queue.ts` is the order of the line, `pace.ts` how fast it moves, and `ticket.ts` one request with its place in it.
 */
export class WaitingRoom {
  readonly queue: FairQueue = new FairQueue();
  readonly #o: WaitingRoomOptions;
  readonly #waitMs: MovingAverage = new MovingAverage(0);
  #sequence = 0;

  constructor(options: WaitingRoomOptions) {
    this.#o = options;
  }

  enter(ticket: Ticket): void {
    const { clock, settings } = this.#o;
    const onAbort = (): void => this.#refuse(ticket, ticket.signal.reason);
    const queuedAt = clock.now();
    ticket.queuedAt ??= queuedAt;
    ticket.place = {
      sequence: (this.#sequence += 1),
      queuedAt,
      inWaiting: new Link(ticket),
      inUncovered: new Link(ticket),
      timer: clock.timer(settings.queueWaitMs, () => this.#waitedLong(ticket)),
      onAbort,
      overdue: false,
    };
    ticket.signal.addEventListener('abort', onAbort);
    this.queue.add(ticket);
    this.queue.uncover(ticket);
  }

  /** It is served now. */
  leave(ticket: Ticket): void {
    const { place } = ticket;
    if (place === undefined) return;
    const now = this.#o.clock.now();
    this.#waitMs.add(now - place.queuedAt);
    this.queue.of(ticket.code)?.pace.served(now);
    this.#remove(ticket);
  }

  /** Nothing is under way for it any more, and it was not served: has it been here too long, or is it one too many? */
  review(ticket: Ticket): void {
    if (ticket.place?.overdue === true) this.#waitedLong(ticket);
    else this.bound(ticket);
  }

  /** Keeps the queue within its limit: whoever has most requests in it loses the newest of them. */
  bound(newcomer: Ticket): void {
    // A portion can run nowhere else: it waits for what idle ones give up, as long as the queue lets it.
    if (newcomer.invocation.nested === true && newcomer.code.function.portion === undefined)
      return this.#refuse(
        newcomer,
        new NoRoomError('Its caller holds a container itself, and no other one is free.', 1),
      );
    if (!mayLose(newcomer)) return;
    const { queueMax } = this.#o.settings;
    this.#shorten(newcomer);
    if (newcomer.place === undefined) return;
    if (this.queue.uncovered <= queueMax) return;
    const own = this.queue.uncoveredOf(newcomer.code.function.account);
    const loser = this.queue.newestOfHeaviest(own) ?? newcomer;
    this.#refuse(
      loser,
      this.#capacityError(`${queueMax} requests wait for capacity already, which is the most that may (queueMax).`),
    );
  }

  /** Keeps the queue of its function short enough to be worth its while. In a surge all go at once who came with it and are too many: it was not known for one yet. */
  #shorten(newcomer: Ticket): void {
    const { code } = newcomer;
    const line = this.queue.of(code);
    const length = line?.uncovered.size ?? 0;
    if (line === undefined || length <= queueLengthMin.surge) return;
    const now = this.#o.clock.now();
    // While containers are on their way, few are served because there are not enough of them yet.
    const growing = line.waiting.size > length;
    const state = !growing && line.pace.surge(now) ? 'surge' : 'calm';
    const eachMs = line.pace.waitMs(1);
    if (length <= queueLengthMin[state] || eachMs === undefined) return;
    const waitMsMax = Math.max(queueMs[state], queueCalls[state] * code.profile.ranMs);
    const lengthMax = Math.max(queueLengthMin[state], Math.floor(waitMsMax / eachMs));
    if (length <= lengthMax) return;
    const came = (ticket: Ticket): boolean => line.pace.recent(ticket.place?.queuedAt ?? now, now);
    const losers =
      state === 'surge'
        ? [...line.uncovered].slice(lengthMax).filter((ticket) => mayLose(ticket) && came(ticket))
        : [newcomer];
    const why = `${length} requests wait for its function, and the last would wait ${Math.round(length * eachMs)} ms; at most ${lengthMax} may now.`;
    for (const loser of losers) this.#refuse(loser, this.#capacityError(why));
  }

  /** There is nothing that requests of this code could wait for: those for which what was ordered failed, not for the first time, are refused. */
  hopeless(code: Code): void {
    for (const ticket of this.queue.of(code)?.uncovered ?? [])
      if (!mayOrder(ticket)) this.#refuse(ticket, this.#capacityError(`${failureOf(ticket)}.`, ticket.failure));
  }

  /** No instance of its configuration can ever be had. */
  impossible(ticket: Ticket, neededMb: number, totalMb: number): void {
    const what = `Its instance needs ${neededMb} MB of memory, and all instances together may have ${totalMb} MB.`;
    const remedy = `Give the function less memory, or start the service with more (--memory ${neededMb}).`;
    this.#refuse(ticket, new NeverFitsError(`The request cannot be started. ${what} ${remedy}`));
  }

  clear(error: StoppingError): void {
    for (const ticket of [...this.queue]) this.#refuse(ticket, error);
  }

  #waitedLong(ticket: Ticket): void {
    const { place } = ticket;
    if (place === undefined) return;
    if (ticket.order !== undefined) {
      place.overdue = true;
      return;
    }
    const { clock, settings } = this.#o;
    const { queueWaitMs } = settings;
    const unmovedMs = clock.now() - ticket.code.begunAt;
    if (unmovedMs < queueWaitMs - slackMs && ticket.failure === undefined) {
      place.timer = clock.timer(queueWaitMs - unmovedMs, () => this.#waitedLong(ticket));
      return;
    }
    this.#waitMs.add(queueWaitMs);
    const waited = `It waited ${queueWaitMs} ms for capacity, and none came free.`;
    const why = ticket.failure === undefined ? waited : `${waited} ${failureOf(ticket)}.`;
    this.#refuse(ticket, this.#capacityError(why, ticket.failure));
  }

  #capacityError(what: string, cause?: Error): CapacityError {
    const error = new CapacityError(`The request was not started. ${what}`, retryAfterSeconds(this.#waitMs.value));
    if (cause !== undefined) error.cause = cause;
    return error;
  }

  #refuse(ticket: Ticket, error: unknown): void {
    this.#remove(ticket);
    this.#o.refused(ticket, error);
  }

  #remove(ticket: Ticket): void {
    const { place } = ticket;
    if (place === undefined) return;
    this.queue.remove(ticket);
    place.timer[Symbol.dispose]();
    ticket.signal.removeEventListener('abort', place.onAbort);
    ticket.place = undefined;
  }
}

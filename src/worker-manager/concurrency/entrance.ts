import { reservedMb, type FunctionVersion } from '../../model/functions/function.ts';
import { NeverFitsError, NoRoomError, ThrottledError, type StoppingError } from '../../model/errors.ts';
import type { Parts } from '../parts.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { WaitingCall } from './call-line.ts';
import type { Quota } from './quota.ts';
import type { Refusal } from './throttle.ts';

/** AWS's words for all that is throttled. */
const exceeded = 'Rate Exceeded.';

/** How often other hosts are asked for one call: what they gave may have been taken by who came while the answer was on its way. */
export const asksMax = 4;

/** What it works with. */
export interface EntranceOptions extends Pick<Parts, 'clock' | 'known' | 'observer' | 'registry'> {
  readonly quota: Quota;
  /** It has come in and is counted: to be run. */
  readonly entered: (ticket: Ticket) => void;
}

/**
 * Where calls come in, as far as their account and their function may have more: each is counted here, and let go by the runner (`left`).
 * Requests beyond it are refused, in AWS's words. Threads wait, as they do where there is no capacity: refused, they would fail a program that
 * does all it should; but one whose starter holds a container is told at once that there is no room, lest both wait for each other.
 */
export class Entrance {
  readonly #o: EntranceOptions;
  /** Why nobody comes in any more. */
  #closed: StoppingError | undefined;

  constructor(options: EntranceOptions) {
    this.#o = options;
  }

  come(ticket: Ticket): void {
    const { code, invocation } = ticket;
    // What the service does for itself is nobody's call.
    if (invocation.ofService === true) return this.#enter(ticket);
    const waits = invocation.watcher !== undefined && invocation.nested !== true;
    // Nobody overtakes who waits.
    if (waits && code.calls.account.line.size > 0) return this.#wait(ticket);
    const refusal = code.calls.refusal(code.reservedMb);
    if (refusal === undefined) this.#enter(ticket);
    else if (waits && refusal.by === 'full') {
      void moreOf(code.calls, refusal);
      this.#wait(ticket);
    } else this.#askOrRefuse(ticket, refusal, 1);
  }

  /** Others are asked whether they have something left of its account's limits. */
  #askOrRefuse(ticket: Ticket, refusal: Refusal, asks: number): void {
    const { code, invocation } = ticket;
    const more = asks <= asksMax ? moreOf(code.calls, refusal) : undefined;
    if (more === undefined) this.#refuse(ticket, errorOf(refusal, invocation.nested === true));
    else void more.then(() => this.#comeAgain(ticket, asks + 1));
  }

  #comeAgain(ticket: Ticket, asks: number): void {
    const { code, signal } = ticket;
    if (this.#closed !== undefined) return this.#refuse(ticket, this.#closed);
    if (signal.aborted) return this.#refuse(ticket, signal.reason);
    const refusal = code.calls.refusal(code.reservedMb);
    if (refusal === undefined) this.#enter(ticket);
    else this.#askOrRefuse(ticket, refusal, asks);
  }

  /** What a call of this function would be refused with now, if so; others are asked as they are for calls. */
  async refusal(fn: FunctionVersion): Promise<Error | undefined> {
    const { quota } = this.#o;
    for (let asks = 1; ; asks += 1) {
      const calls = quota.of(fn);
      const refusal = calls.refusal(reservedMb(fn));
      const more = refusal !== undefined && asks <= asksMax ? moreOf(calls, refusal) : undefined;
      quota.let(fn.account, calls);
      if (more === undefined) return refusal && errorOf(refusal, false);
      await more;
    }
  }

  /** Refuses who waits. */
  close(error: StoppingError): void {
    this.#closed = error;
    for (const line of this.#o.quota.lines()) line.close(error);
  }

  #enter(ticket: Ticket): void {
    const { code, invocation } = ticket;
    if (invocation.ofService !== true) code.calls.begun(code.reservedMb);
    this.#o.known.used(invocation.function);
    this.#o.entered(ticket);
  }

  #wait(ticket: Ticket): void {
    const { code, signal } = ticket;
    const { line } = code.calls.account;
    ticket.queuedAt ??= this.#o.clock.now();
    const gone = (): void => {
      line.leave(call);
      this.#refuse(ticket, signal.reason);
    };
    const stays = (): void => signal.removeEventListener('abort', gone);
    const call: WaitingCall = {
      refusal: () => code.calls.refusal(code.reservedMb),
      enter: () => {
        stays();
        this.#enter(ticket);
      },
      fail: (error) => {
        stays();
        this.#refuse(ticket, error);
      },
    };
    line.add(call);
    signal.addEventListener('abort', gone, { once: true });
  }

  #refuse(ticket: Ticket, reason: unknown): void {
    const { function: fn, requestId } = ticket.invocation;
    this.#o.registry.ended(ticket.code);
    ticket.reject(reason);
    this.#o.observer.refused(fn, requestId, reason instanceof Error ? reason : new Error(String(reason)));
  }
}

/** Asks for more, where it is others that may have it. */
function moreOf(calls: Ticket['code']['calls'], refusal: Refusal): Promise<void> | undefined {
  return refusal.by === 'full' && refusal.elsewhere === true ? calls.account.share?.more(calls.pool) : undefined;
}

/** It is no call of its account any more. */
export function left({ code, invocation }: Ticket): void {
  if (invocation.ofService !== true) code.calls.ended(code.reservedMb);
}

function errorOf(refusal: Refusal, nested: boolean): Error {
  if (refusal.by === 'never') return new NeverFitsError(refusal.why);
  const { reason, why, own } = refusal;
  if (nested) return new NoRoomError(why, 1);
  // AWS says no more than that, and its reason.
  return new ThrottledError(reason, own === true ? `${exceeded} ${why}` : exceeded);
}

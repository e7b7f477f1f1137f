import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Called } from '../../model/invocations/caller.ts';
import { limits } from '../../model/limits.ts';
import type { Attempt, KeptEvent } from '../../store/durable/contracts/events.ts';
import type { Ages } from '../clock/clock-keeper.ts';
import { DestinationError } from '../destinations/destination.ts';
import { deliver, UndeliverableError, type DeliveryOptions } from '../destinations/delivery.ts';
import type { LastResponse } from '../destinations/record.ts';
import { detailOf } from './detail.ts';
import type { Worked } from './dispatcher.ts';
import { followingFrom, recursion, type Ending } from './endings.ts';
import type { EventTally } from './tally.ts';
import { runFunction, type Ran, type RunParts } from './run-function.ts';
import { rulesOf, type EventRules } from './rules.ts';
import { Troubles } from './troubles.ts';
import { afterError, afterFault, isTooOld, type Next } from './schedule.ts';

export interface WorkerOptions extends RunParts {
  readonly awaited?: ((called: Called, inMs: number) => void) | undefined;
  readonly retried?: ((account: string, functionName: string, requestId: string) => void) | undefined;
  readonly clock: Clock;
  readonly ages: Pick<Ages, 'heldMs'>;
  readonly logger: Logger;
  readonly delivery: DeliveryOptions;
  readonly tally: EventTally;
  /** What runs now may be cut: only what succeeded counts. */
  readonly stopping: () => boolean;
}

/** Works on events: runs their functions, or sends them to their destinations. */
export class EventWorker {
  readonly #o: WorkerOptions;
  readonly #troubles = new Troubles();

  constructor(options: WorkerOptions) {
    this.#o = options;
  }

  /** Never rejects. */
  async work(event: KeptEvent): Promise<Worked> {
    try {
      return detailOf(event.detail).delivery === undefined ? await this.#run(event) : await this.#deliver(event);
    } catch (err) {
      // A defect of ours, or of the store of functions: it is no event's fault.
      this.#o.logger.error({ err, requestId: event.requestId }, 'An event could not be worked on.');
      const atMs = this.#o.clock.wall();
      const attempt = { atMs, error: String(err) };
      const next = afterFault(this.#aging(event), { ageMsMax: limits.eventAgeMsMax }, atMs);
      return next.do === 'again'
        ? { ...next, kind: 'again', attempt }
        : { kind: 'end', condition: next.condition, attempt, next: [] };
    }
  }

  /** How old an event may become while it waits, ms, with what the clock was put forward by meanwhile. What goes to a destination has a last try whenever its turn comes. Never rejects. */
  async ageMsMax(event: KeptEvent): Promise<number> {
    if (detailOf(event.detail).delivery !== undefined) return Number.POSITIVE_INFINITY;
    try {
      const { rules } = await this.#rulesOf(event);
      return rules.ageMsMax + this.#o.ages.heldMs(event.acceptedMs);
    } catch (err) {
      this.#o.logger.error({ err, requestId: event.requestId }, 'The rules of an event could not be read.');
      return limits.eventAgeMsMax;
    }
  }

  /** Ends one that became too old while it waited. Never rejects. */
  async expire(event: KeptEvent): Promise<Worked> {
    try {
      const { rules } = await this.#rulesOf(event);
      return this.#end({ event, rules, condition: 'EventAgeExceeded', runs: event.runs });
    } catch (err) {
      this.#o.logger.error({ err, requestId: event.requestId }, 'An event could not be ended.');
      return { kind: 'left' };
    }
  }

  async #run(event: KeptEvent): Promise<Worked> {
    const { clock } = this.#o;
    const { rules, there } = await this.#rulesOf(event);
    const atMs = clock.wall();
    if (isTooOld(this.#aging(event), rules, atMs))
      return this.#end({ event, rules, condition: 'EventAgeExceeded', runs: event.runs });
    if (rules.reservedZero === true && there && (rules.onFailure ?? rules.deadLetter) !== undefined)
      return this.#end({ event, rules, condition: 'ZeroReservedConcurrency', runs: event.runs });
    const ran = await runFunction(event, this.#o);
    if (ran.kind === 'stopping' || (ran.kind !== 'ok' && this.#o.stopping())) return { kind: 'left' };
    if (ran.kind === 'throttled') return this.#throttled(event);
    if (ran.kind === 'loop')
      return this.#end({ event, rules, condition: recursion, runs: event.runs, response: ran.response });
    const endedMs = clock.wall();
    const attempt = attemptOf(ran.response, atMs, endedMs);
    const runs = event.runs + 1;
    if (ran.kind === 'ok') {
      return this.#end({ event, rules, condition: 'Success', runs, response: ran.response }, attempt);
    }
    const next = nextAfter(ran, this.#aging(event), rules, endedMs);
    if (next.do === 'end') {
      return this.#end({ event, rules, condition: next.condition, runs, response: ran.response }, attempt);
    }
    this.#o.tally.count('retried');
    const { qualifier = '' } = detailOf(event.detail);
    this.#o.awaited?.({ account: event.account, name: event.line, qualifier }, next.dueMs - endedMs);
    this.#o.retried?.(event.account, event.line, event.requestId);
    return { ...next, kind: 'again', attempt };
  }

  /** The same, as old as it is without what the clock was put forward by: that is known to who has looked at it. */
  #aging(event: KeptEvent): KeptEvent {
    const { acceptedMs } = event;
    return { ...event, acceptedMs: acceptedMs + this.#o.ages.heldMs(acceptedMs) };
  }

  #throttled(event: KeptEvent): Worked {
    this.#o.tally.count('throttled');
    this.#o.logger.debug({ requestId: event.requestId, function: event.line }, 'An event waits for capacity.');
    return { kind: 'turned-away' };
  }

  async #rulesOf({
    account,
    line,
    detail,
  }: KeptEvent): Promise<{ readonly rules: EventRules; readonly there: boolean }> {
    const { qualifier, rules: kept } = detailOf(detail);
    const now = await this.#o.targets.rules(account, line, qualifier);
    const nothing = { config: undefined, tags: {}, deadLetter: undefined, reserved: undefined, egress: {} };
    return { rules: now ?? kept ?? rulesOf(nothing), there: now !== undefined };
  }

  #end(ending: Ending, attempt?: Attempt): Worked {
    const { tally, logger, clock, delivery } = this.#o;
    const { event, rules, condition, runs, response } = ending;
    const { next, refused } = followingFrom(ending, delivery.region, clock.wall());
    const about = { requestId: event.requestId, function: event.line };
    for (const { arn, why } of refused) {
      tally.count('undelivered');
      logger.error({ ...about, arn, why }, 'The result of an event cannot be sent.');
    }
    tally.count(condition === 'Success' ? 'succeeded' : 'failed');
    const kept = (rules.onFailure ?? rules.deadLetter) !== undefined;
    if (condition !== 'Success' && !kept)
      logger.warn(
        { ...about, condition, attempts: runs, error: response?.error },
        'An event was given up, and is kept nowhere.',
      );
    return { kind: 'end', condition, next, ...(attempt && { attempt }) };
  }

  async #deliver(event: KeptEvent): Promise<Worked> {
    const { clock, tally, logger, delivery } = this.#o;
    const atMs = clock.wall();
    try {
      await deliver(event, delivery);
      tally.count('delivered');
      return { kind: 'end', condition: 'Success', attempt: { atMs, endedMs: clock.wall() }, next: [] };
    } catch (err) {
      if (this.#o.stopping()) return { kind: 'left' };
      const error = err instanceof Error ? err.message : String(err);
      const hopeless = err instanceof UndeliverableError || err instanceof DestinationError;
      const endedMs = clock.wall();
      const next = afterFault(this.#aging(event), { ageMsMax: limits.eventAgeMs }, endedMs);
      const attempt = { atMs, endedMs, error };
      const told = { requestId: event.requestId, arn: event.line, attempts: event.runs + 1, error };
      if (next.do === 'again' && !hopeless) {
        if (event.faults === 0 && this.#troubles.isNew(event, atMs))
          logger.warn(told, 'A destination does not take the result of an event; it is tried again, for 6 hours.');
        return { ...next, kind: 'again', attempt };
      }
      tally.count('undelivered');
      logger.error(told, 'The result of an event could not be sent.');
      return { kind: 'end', condition: hopeless ? 'Undeliverable' : 'EventAgeExceeded', attempt, next: [] };
    }
  }
}

function attemptOf({ error }: LastResponse, atMs: number, endedMs: number): Attempt {
  return { atMs, endedMs, ...(error !== undefined && { error }) };
}

function nextAfter(
  ran: Extract<Ran, { kind: 'error' | 'fault' }>,
  event: KeptEvent,
  rules: EventRules,
  nowMs: number,
): Next {
  return ran.kind === 'error' ? afterError(event, rules, nowMs) : afterFault(event, rules, nowMs);
}

import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { Ages } from '../clock/clock-keeper.ts';
import { DeliveryError, type ScheduleDelivery } from './delivery.ts';
import type { Advance, Firing } from '../../store/durable/contracts/schedules.ts';
import { advanceOf } from './advance.ts';
import { Foreteller, type ForetellerOptions } from './foreteller.ts';
import { deadLetterOf } from './dead-letter.ts';
import { planOccurrencesAnew, planSchedulesAnew } from './plan-anew.ts';
import { afterFailure } from './retry.ts';

/** What one look takes: schedules that are due, and occurrences. */
const windowMax = 256;
/** Occurrences that are delivered at the same time. */
const deliveringMax = 16;
/** Longer than any delivery takes; then it is taken for lost and done again. */
const leaseMs = 600_000;
/** Timers take no more; then it looks again. Also how far a clock that was put forward is off at most. */
const lookMsMax = 60_000;
/** So long schedules are decided on without a pause. */
const turnMsMax = 20;
/** So much is kept of what went wrong, in characters. */
const errorMax = 1_000;
/** After the store could not be asked. */
const troubleMs = 5_000;

// What is taken and what is done is kept without waiting for the disk: after a power cut it is done again, as after any death in between.

const missedWhy =
  'Occurrences of a schedule that were due while no service ran, or while its account had as many waiting as it may, are not made up for.';

/** What a scheduler works with. */
export interface SchedulerOptions extends Pick<ForetellerOptions, 'awaited'> {
  readonly store: DurableStore;
  readonly deliver: ScheduleDelivery;
  readonly clock: Clock;
  /** Without them every age is what the clock says. */
  readonly ages?: Pick<Ages, 'heldMs'>;
  readonly region: string;
  readonly logger: Logger;
  /** 0 ≤ random < 1. */
  readonly random?: () => number;
}

/**
 * Makes occurrences of schedules when they are due, and delivers them, each at least once: what is due becomes an occurrence, and the schedule
 * is due later, in one transaction; an occurrence is forgotten when its target has it. With one timer for what is due next.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #random: () => number;
  readonly #foreteller: Foreteller;
  #timer: Timer | undefined;
  #looking = false;
  #lookAgain = false;
  #delivering = 0;
  #stopped = false;
  #planned: Promise<void> | undefined;
  readonly #idle: (() => void)[] = [];

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#foreteller = new Foreteller(options);
  }

  /** Goes on with what a service before this one left. Does nothing where there never was a schedule. */
  async begin(): Promise<void> {
    const { store, clock, logger } = this.#options;
    if (!store.used) return;
    const left = await store.parts.schedules.release(clock.wall());
    if (left > 0)
      logger.info({ left }, 'Occurrences of schedules that were under way when the service ended are delivered again.');
    this.look();
  }

  /** After the clock was set: see `plan-anew.ts`. Gives how many schedules are due at another time. */
  async planAnew(plan: { readonly passed?: number } = {}): Promise<number> {
    const planning = planSchedulesAnew({ ...this.#options, stopped: () => this.#stopped }, plan);
    this.#planned = planning.then(
      () => undefined,
      () => undefined,
    );
    const changed = await planning;
    this.look();
    return changed;
  }

  /** The same for occurrences. */
  async planOccurrencesAnew(): Promise<number> {
    const changed = await planOccurrencesAnew(this.#options, leaseMs);
    this.look();
    return changed;
  }

  /** Something is due at another time than before, or now. */
  look(): void {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    this.#lookAgain = false;
    void this.#look().finally(() => {
      this.#looking = false;
      if (this.#lookAgain) this.look();
      for (const told of this.#idle.splice(0)) told();
    });
  }

  /** Nothing is begun any more; resolves when nothing is asked of the store any more. What is under way may end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.settled();
  }

  /** Resolves when all that is due now is done. */
  async settled(): Promise<void> {
    while (this.#looking || this.#delivering > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const { store, clock, logger } = this.#options;
    const { schedules } = store.parts;
    this.#timer?.[Symbol.dispose]();
    let waitMs = troubleMs;
    try {
      try {
        await this.#advance();
      } finally {
        // Also where nothing more can be made due, as there is no space for it.
        await this.#take();
      }
      const next = await schedules.nextDue();
      if (next === undefined) return;
      const wakeInMs = await this.#foreteller.tell(next - clock.wall());
      // Where all hands are full, the next that is free looks again.
      waitMs = this.#delivering >= deliveringMax ? lookMsMax : Math.max(0, Math.min(lookMsMax, wakeInMs));
    } catch (err) {
      logger.warn({ err }, 'Schedules could not be looked at; it is tried again.');
    }
    if (!this.#stopped) this.#timer = clock.timer(Math.ceil(waitMs), () => this.look());
  }

  async #advance(): Promise<void> {
    const { store, clock, logger } = this.#options;
    for (;;) {
      const now = clock.wall();
      // Somebody may have set the clock, and that was seen just now: what is due is another matter then.
      await this.#planned;
      const due = await store.parts.schedules.due({ now, limit: windowMax });
      if (due.length === 0 || this.#stopped) return;
      const advances: Advance[] = [];
      let since = performance.now();
      for (const schedule of due) {
        advances.push(advanceOf(schedule, now, this.#random));
        // What was missed for weeks takes long to count: others have their turn in between.
        if (performance.now() - since < turnMsMax) continue;
        await setImmediate();
        since = performance.now();
      }
      await store.parts.schedules.advance(advances);
      for (const { key, missed } of advances) if (missed > 0) logger.warn({ ...key, missed }, missedWhy);
      // There may be many more to come: what is due already is delivered meanwhile.
      await this.#take();
    }
  }

  async #take(): Promise<void> {
    const { store, clock } = this.#options;
    const room = deliveringMax - this.#delivering;
    if (room <= 0 || this.#stopped) return;
    const now = clock.wall();
    const taken = await store.parts.schedules.take({ now, limit: room, leaseUntil: now + leaseMs }, 'process');
    for (const firing of taken) {
      this.#delivering++;
      void this.#deliver(firing, now).finally(() => {
        this.#delivering--;
        this.look();
        for (const told of this.#idle.splice(0)) told();
      });
    }
  }

  async #deliver(firing: Firing, now: number): Promise<void> {
    const { store, deliver, clock, ages, region, logger } = this.#options;
    const { schedules } = store.parts;
    try {
      const failure = await deliver.occurrence(firing, region).then(
        () => undefined,
        (error: unknown) =>
          error instanceof DeliveryError ? error : new DeliveryError('InternalError', String(error)),
      );
      if (failure === undefined) return await schedules.done({ id: firing.id, failed: false, at: now }, 'process');
      const failedAt = clock.wall();
      const note = {
        key: firing.schedule,
        text: `${failure.code}: ${failure.message}`.slice(0, errorMax),
        at: failedAt,
      };
      await schedules.noteFailure({ ...note, letterLost: false }, 'process');
      const since = firing.scheduledAt + (ages?.heldMs(firing.scheduledAt) ?? 0);
      const next = afterFailure(firing.target, firing.attempts, since, failedAt, this.#random());
      const mayWait =
        next.does === 'retry' && failure.mayPass && (await schedules.retry({ id: firing.id, dueAt: next.at }));
      if (mayWait) return;
      const why =
        next.does === 'give up' ? next.why : failure.mayPass ? 'MaximumWaitingRetries' : 'MaximumRetryAttempts';
      logger.warn(
        { err: failure, ...firing.schedule, attempts: firing.attempts, why },
        'An occurrence of a schedule could not be delivered.',
      );
      const refusal = await deliver.deadLetter(firing, deadLetterOf(firing, failure, why, region));
      if (refusal !== undefined) await this.#lost(firing, refusal, note);
      await schedules.done({ id: firing.id, failed: true, at: now });
    } catch (err) {
      // Its lease ends, and it is done again.
      logger.warn({ err, ...firing.schedule }, 'What became of an occurrence of a schedule could not be kept.');
    }
  }

  /** Its dead-letter queue will never take it: all that is left of it is what is said here. */
  async #lost(
    firing: Firing,
    refusal: string,
    { key, text, at }: { readonly key: Firing['schedule']; readonly text: string; readonly at: number },
  ): Promise<void> {
    const { store, logger } = this.#options;
    const { deadLetterArn } = firing.target;
    logger.error(
      { ...key, executionId: firing.executionId, deadLetterArn, refusal },
      'What a schedule could not deliver is lost: its dead-letter queue does not take it.',
    );
    const both = `${text} Its dead letter was not taken: ${refusal}`.slice(0, errorMax);
    await store.parts.schedules.noteFailure({ key, text: both, at, letterLost: true }, 'process');
  }
}

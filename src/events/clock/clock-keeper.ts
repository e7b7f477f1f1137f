import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import { jumpedMs } from '../../model/clock-jumps.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import { afterJump, afterStart, newState, type ClockPlan, type ClockState } from './clock-state.ts';
import { WatchedClock, type WallJump } from './watched-clock.ts';

/** Where it is remembered over restarts. */
const noteName = 'clock';
/** After the clock was put forward it is looked at so often, as it may be put back, and for so long: what had its end by it makes nobody look. */
const watchMs = 60_000;
const watchedMs = 1_209_600_000; // 14 d
/** After the store could not be asked. */
const troubleMs = 5_000;

/** Who has something that is due later, and plans it anew in slices. Each gives how many it changed. */
export interface Planners {
  /** What is due later than it can be, now. The first slice is asked of the store before anything else is. */
  readonly back: Readonly<Record<string, () => Promise<number>>>;
  /** Recurring schedules: what is due after a time, or now. */
  readonly schedules: (plan: { readonly passed?: number }) => Promise<number>;
}

export interface ClockKeeperOptions {
  readonly store: DurableStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ages that a clock which is put forward does not make older. */
export interface Ages {
  /** How much less time has passed since a moment than the clock says. */
  heldMs(since: number): number;
  readonly jumps: ClockState['jumps'];
}

/**
 * Sees that a clock which is put forward and back stops nothing: what was planned by the wrong time is planned anew, and what was kept in front of it does not
 * age by a jump. What follows from a jump is decided in `clock-state.ts` (pure); it is remembered with what the clock showed last, so that the next service of
 * this home goes on, and sees what was done to the clock while none ran.
 */
export class ClockKeeper implements Ages {
  /** For all who take part. */
  readonly clock: Clock;
  readonly #o: ClockKeeperOptions;
  #state: ClockState;
  #recalled = false;
  #planners: Planners | undefined;
  #planning: Promise<void> | undefined;
  #timer: Timer | undefined;
  #watch: Timer | undefined;
  #stopped = false;

  constructor(options: ClockKeeperOptions) {
    this.#o = options;
    this.#state = newState(options.clock.wall());
    this.clock = new WatchedClock(options.clock, {
      jumped: (jump) => this.#jumped(jump),
      looked: (wall) => this.#looked(wall),
    });
  }

  get jumps(): ClockState['jumps'] {
    return this.#state.jumps;
  }

  heldMs(since: number): number {
    return jumpedMs(this.#state.jumps, since);
  }

  /** What the service before this one knew. Before what that left goes on, as it is as old as is known then. */
  async recall(): Promise<void> {
    const { store, clock } = this.#o;
    const text = store.used ? await store.parts.notes.get(noteName, 'process') : undefined;
    const known: ClockState | undefined = text === undefined ? undefined : JSON.parse(text);
    this.#recalled = true;
    if (store.used) this.#become(afterStart(known, clock.wall()));
  }

  /** After that, when all that was left has gone on. What has to be planned anew is begun, and not waited for. */
  begin(planners: Planners): void {
    this.#planners = planners;
    if (this.#state.plan !== undefined) this.#carryOut(this.#state.plan);
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#watch?.[Symbol.dispose]();
  }

  /** Resolves when nothing is being planned any more. */
  async settled(): Promise<void> {
    await this.#planning;
  }

  #jumped({ before, now }: WallJump): void {
    const { store, logger } = this.#o;
    if (!this.#recalled || this.#stopped) return;
    if (!store.used) this.#state = newState(now);
    else {
      if (now > before)
        logger.warn({ putForwardMs: now - before }, 'The clock was put forward: what is due by it is due now.');
      this.#become(afterJump(this.#state, before, now));
    }
  }

  #looked(wall: number): boolean {
    if (!this.#recalled || this.#stopped || !this.#o.store.used) return false;
    this.#state = { ...this.#state, wall };
    this.#remember();
    return true;
  }

  #become(state: ClockState): void {
    this.#state = state;
    this.#remember();
    if (this.#planners !== undefined && state.plan !== undefined) this.#carryOut(state.plan);
    this.#keepWatch(state.wall);
  }

  #keepWatch(wall: number): void {
    this.#watch?.[Symbol.dispose]();
    const last = this.#state.jumps.at(-1);
    if (this.#stopped || last === undefined || last.at + watchedMs < wall) return;
    this.#watch = this.#o.clock.timer(watchMs, () => this.#keepWatch(this.clock.wall()));
  }

  #remember(): void {
    const note = { name: noteName, text: JSON.stringify(this.#state) };
    this.#o.store.parts.notes.put(note, 'process').catch((err: unknown) => {
      if (!this.#stopped) this.#o.logger.warn({ err }, 'What the clock shows could not be remembered.');
    });
  }

  /** A plan that comes meanwhile is carried out at once, too: each finds what is left. */
  #carryOut(plan: ClockPlan): void {
    this.#timer?.[Symbol.dispose]();
    const done = this.#planAnew(plan).then(
      () => {
        if (this.#state.plan !== plan || this.#stopped) return;
        const { plan: _done, ...state } = this.#state;
        this.#state = state;
        this.#remember();
      },
      (err: unknown) => {
        if (this.#stopped) return;
        this.#o.logger.warn({ err }, 'Not all could be planned anew after the clock was set; it is tried again.');
        this.#timer = this.#o.clock.timer(troubleMs, () => {
          if (this.#state.plan === plan) this.#carryOut(plan);
        });
      },
    );
    this.#planning = Promise.all([this.#planning, done]).then(() => undefined);
  }

  async #planAnew(plan: ClockPlan): Promise<void> {
    const { back = {}, schedules = async () => 0 } = this.#planners ?? {};
    const { logger } = this.#o;
    if (plan.kind === 'again') {
      const changed = await schedules({ passed: plan.until });
      logger.warn(
        { schedules: changed },
        'The clock is where it was before it was put back: what was due is not repeated.',
      );
      return;
    }
    const all = Object.entries(plan.schedules ? { ...back, schedules: () => schedules({}) } : back);
    const counts = await Promise.all(all.map(async ([what, planAnew]) => [what, await planAnew()] as const));
    const changed = Object.fromEntries(counts);
    // At the first start with this there is usually nothing.
    if (plan.ms === 0 && counts.every(([, count]) => count === 0)) return;
    logger.warn(
      { putBackMs: plan.ms, ...changed },
      'The clock was put back: what was due later than it can be was planned anew.',
    );
  }
}

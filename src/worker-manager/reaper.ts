import type { Clock, Timer } from '../model/clock.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { ActivePool } from './active-pool.ts';
import { type ReapInstance, reapPlan, type ReapSettings } from './reap-plan.ts';
import type { InstanceKeeper } from './instance-keeper.ts';

/** It looks at least so often, whatever the settings. */
const restMsMax = 60_000;
/** And at most so often. */
const restMsMin = 10;

export interface ReaperOptions {
  readonly clock: Clock;
  readonly settings: ReapSettings;
  readonly active: ActivePool;
  readonly keeper: InstanceKeeper;
}

/** Ends containers and instances that have been idle, or have lived, for too long. */
export class Reaper {
  readonly #o: ReaperOptions;
  #timer: Timer;

  constructor(options: ReaperOptions) {
    this.#o = options;
    this.#timer = this.#arm(Number.POSITIVE_INFINITY);
  }

  stop(): void {
    this.#timer[Symbol.dispose]();
  }

  #arm(nextAt: number): Timer {
    const { clock, settings } = this.#o;
    const now = clock.now();
    // What begins to idle from now on cannot be due before the shortest time-out has passed.
    const rest = Math.min(settings.containerIdleMs, settings.instanceIdleMs, settings.instanceLifeMs, restMsMax);
    return clock.timer(Math.max(restMsMin, Math.min(nextAt - now, rest)), () => this.#reap());
  }

  #reap(): void {
    const { active, clock, settings, keeper } = this.#o;
    const plan = reapPlan(look(active), clock.now(), settings);
    for (const container of plan.containers) void keeper.drop(container);
    for (const instance of plan.retire) keeper.retire(instance);
    for (const instance of plan.destroy) void keeper.destroy(instance);
    this.#timer = this.#arm(plan.nextAt);
  }
}

function* look(active: ActivePool): Iterable<ReapInstance<ActiveContainer, ActiveInstance>> {
  for (const instance of active.instances)
    yield {
      instance,
      bornAt: instance.bornAt,
      retiring: instance.retiring,
      held: instance.holds > 0,
      empty: instance.fullness === 0,
      emptySince: instance.emptySince,
      exhausted: instance.blanks.size === 0 && instance.making === 0 && instance.guest.containersLeft === 0,
      idle: Array.from(instance.containers)
        .filter((container) => container.state === 'idle')
        .map((container) => ({ container, usedAt: container.usedAt })),
    };
}

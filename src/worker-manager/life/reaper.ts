import type { Clock, Timer } from '../../model/clock.ts';
import type { KnownFunctions } from '../../warming-pool/forecast/known-functions.ts';
import type { ActiveContainer, ActiveInstance, Code } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import { wantedBlanks } from '../orders/wanted-blanks.ts';
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
  readonly known: Pick<KnownFunctions, 'blanksFor'>;
  /** Whether the last idle container of a code is to stay. */
  readonly keeps: (code: Code) => boolean;
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
    const { containerIdleMs, instanceIdleMs, instanceLifeMs, surplusIdleMs } = settings;
    // What begins to idle from now on cannot be due before the shortest time-out has passed.
    const rest = Math.min(containerIdleMs, instanceIdleMs, instanceLifeMs, surplusIdleMs, restMsMax);
    return clock.timer(Math.max(restMsMin, Math.min(nextAt - now, rest)), () => this.#reap());
  }

  #reap(): void {
    const { active, clock, settings, keeper } = this.#o;
    const plan = reapPlan(this.#look(), clock.now(), settings);
    for (const container of plan.containers) void keeper.drop(container);
    for (const instance of plan.retire) keeper.retire(instance);
    for (const instance of plan.destroy) void keeper.destroy(instance);
    // Nothing there: whatever comes is not due before the rest is over.
    this.#timer = this.#arm(active.instances.size === 0 ? Number.POSITIVE_INFINITY : plan.nextAt);
  }

  *#look(): Iterable<ReapInstance<ActiveContainer, ActiveInstance>> {
    for (const instance of this.#o.active.instances) {
      const { bornAt, emptySince, retiring } = instance;
      const exhausted = instance.blanks.size === 0 && instance.making === 0 && instance.guest.containersLeft === 0;
      const empty = instance.fullness === 0;
      const about = { instance, bornAt, retiring, held: instance.holds > 0, empty, emptySince, exhausted };
      yield { ...about, spare: hasOther(instance), idle: [...this.#idle(instance)] };
    }
  }

  *#idle(instance: ActiveInstance): Iterable<ReapInstance<ActiveContainer, ActiveInstance>['idle'][number]> {
    const blanks = new Map<string, number>();
    const wanted: Readonly<Record<string, number>> = wantedBlanks(instance.pool, this.#o.known);
    for (const container of instance.containers) {
      const { code, guest, state, usedAt } = container;
      // What was prepared goes when its calls do not come.
      if (state === 'idle' && !container.provisioned && container.prepared === undefined) {
        const surplus = code?.idle.newest !== container || code.busy.size > 0;
        if (surplus || !this.#o.keeps(code)) yield { container, usedAt, surplus };
      }
      if (state !== 'blank') continue;
      const nth = (blanks.get(guest.kind) ?? 0) + 1;
      blanks.set(guest.kind, nth);
      // A blank one has no time-out of its own while it is one of those that should be there.
      if (nth > (instance.fitsKind(guest.kind) ? Math.max(1, wanted[guest.kind] ?? 0) : 0))
        yield { container, usedAt, surplus: true };
    }
  }
}

function hasOther(instance: ActiveInstance): boolean {
  for (const other of instance.pool.instances) if (other !== instance && !other.retiring) return true;
  return false;
}

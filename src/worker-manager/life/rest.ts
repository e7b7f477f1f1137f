import type { Clock } from '../../model/clock.ts';
import type { ActiveInstance } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';

/** What nobody uses for so long is stopped until it is used again, ms: longer than the gaps in any steady work. */
const restAfterMs = 1_000;

/** Puts instances in which nothing runs to rest, where their driver can do that, and wakes them before they are used. */
export function restIdleInstances(active: ActivePool, clock: Clock): void {
  const rest = (instance: ActiveInstance): void => {
    instance.resting = clock.timer(restAfterMs, () => {
      instance.resting = undefined;
      if (instance.inIdle.list === undefined) return;
      const idleMs = clock.now() - instance.usedAt;
      // What was used meanwhile has its timer still: one for each instance, however often it is used.
      if (instance.making > 0 || idleMs < restAfterMs) rest(instance);
      else instance.guest.rest();
    });
  };
  active.onIdle = (instance, idle) => {
    if (!idle) instance.guest.wake();
    else if (instance.resting === undefined) rest(instance);
  };
}

import type { Settings } from '../../model/functions/settings.ts';

/** What the reaper looks at in one instance. Times in milliseconds on one clock. */
export interface ReapInstance<Container, Instance> {
  readonly instance: Instance;
  readonly bornAt: number;
  readonly retiring: boolean;
  /** Something runs in it, or a request waits for a container that is being made in it. */
  readonly held: boolean;
  /** Nobody's code is in it; since when. */
  readonly empty: boolean;
  readonly emptySince: number;
  /** Its account has another one that may take work. */
  readonly spare: boolean;
  /** It has no blank container, and no channel left to make one. */
  readonly exhausted: boolean;
  /** `surplus`: another container of its code was used later, or it is a blank one beyond what should be ready. */
  readonly idle: readonly { readonly container: Container; readonly usedAt: number; readonly surplus: boolean }[];
}

export interface ReapPlan<Container, Instance> {
  /** Not used for their time-out. */
  readonly containers: Container[];
  /** Past their life: no new work from now on. */
  readonly retire: Instance[];
  /** Nothing in them for their time-out, or nothing can come into them any more. */
  readonly destroy: Instance[];
  /** When something will be due next, if nothing changes. */
  readonly nextAt: number;
}

export type ReapSettings = Pick<Settings, 'containerIdleMs' | 'instanceIdleMs' | 'instanceLifeMs' | 'surplusIdleMs'>;

/** A timer may fire a little early; what is due within this time is due. */
const slackMs = 1;

/**
 * Decides what has been idle, or has lived, for too long. What a crowd needed and nobody needs any more goes early: of each code one container
 * stays for the whole time-out, of each account one instance.
 */
export function reapPlan<C, I>(
  instances: Iterable<ReapInstance<C, I>>,
  now: number,
  settings: ReapSettings,
): ReapPlan<C, I> {
  const containers: C[] = [];
  const retire: I[] = [];
  const destroy: I[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  const due = (at: number): boolean => {
    if (at <= now + slackMs) return true;
    nextAt = Math.min(nextAt, at);
    return false;
  };
  const surplusMs = (surplus: boolean, idleMs: number): number =>
    surplus ? Math.min(settings.surplusIdleMs, idleMs) : idleMs;
  for (const one of instances) {
    if (one.retiring) continue;
    const emptyMs = surplusMs(one.spare, settings.instanceIdleMs);
    if (due(one.bornAt + settings.instanceLifeMs)) retire.push(one.instance);
    else if (one.empty && !one.held && (one.exhausted || due(one.emptySince + emptyMs))) destroy.push(one.instance);
    else
      for (const { container, usedAt, surplus } of one.idle)
        if (due(usedAt + surplusMs(surplus, settings.containerIdleMs))) containers.push(container);
  }
  return { containers, retire, destroy, nextAt };
}

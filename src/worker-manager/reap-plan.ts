import type { Settings } from '../model/settings.ts';

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
  /** It has no blank container, and no channel left to make one. */
  readonly exhausted: boolean;
  readonly idle: readonly { readonly container: Container; readonly usedAt: number }[];
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

export type ReapSettings = Pick<Settings, 'containerIdleMs' | 'instanceIdleMs' | 'instanceLifeMs'>;

/** A timer may fire a little early; what is due within this time is due. */
const slackMs = 1;

/** Decides what has been idle, or has lived, for too long. */
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
  for (const one of instances) {
    if (one.retiring) continue;
    if (due(one.bornAt + settings.instanceLifeMs)) retire.push(one.instance);
    else if (one.empty && !one.held) {
      if (one.exhausted || due(one.emptySince + settings.instanceIdleMs)) destroy.push(one.instance);
    } else
      for (const { container, usedAt } of one.idle)
        if (due(usedAt + settings.containerIdleMs)) containers.push(container);
  }
  return { containers, retire, destroy, nextAt };
}

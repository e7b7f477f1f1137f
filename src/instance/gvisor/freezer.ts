import { systemClock, type Timer } from '../../model/clock.ts';
import { runsNow, treeOf } from '../processes/processes.ts';
import { findSentry } from './sentry.ts';

/** Stops a sandbox, and lets it go on. */
export interface Freezer {
  freeze(): void;
  thaw(): void;
  /** The sandbox is gone: its process number may become another's. */
  end(): void;
}

/** How long after its sentry was stopped a process of the guest that still runs is taken for one that never asks it for anything. */
const stragglersMs = 1_000;

/**
 * Freezes the sandbox below the process `pid` by stopping its sentry: what asks the sentry for something waits from then on. That
 * goes for all but a program that only computes, which is looked for a second later and stopped itself. What is on its way stays
 * in the channels' buffers.
 *
 * A sentry is never idle by itself: before the releases of June 2026 it wakes 2,500 times a second
 * (https://github.com/google/gvisor/pull/13470), which takes 3 % of a processor. To go on takes 0.4 ms.
 */
export function sandboxFreezer(pid: number): Freezer {
  let state: 'runs' | 'frozen' | 'gone' = 'runs';
  let sentry: number | undefined;
  let stragglers: readonly number[] = [];
  let looking: Timer | undefined;
  const signal = (name: 'SIGSTOP' | 'SIGCONT', process_: number): void => {
    if (state === 'gone') return;
    try {
      process.kill(process_, name);
    } catch {
      // It has just died, or is another user's: then it is not frozen, and costs what it costs.
    }
  };
  const stop = async (): Promise<void> => {
    sentry ??= (await findSentry(pid))?.pid;
    if (state !== 'frozen' || sentry === undefined) return;
    signal('SIGSTOP', sentry);
    const root = sentry;
    looking?.[Symbol.dispose]();
    const timer: Timer = systemClock.timer(stragglersMs, () => void stopStragglers(root, () => looking === timer));
    looking = timer;
  };
  const stopStragglers = async (root: number, stillWanted: () => boolean): Promise<void> => {
    const [, ...below] = await treeOf(root);
    const running = await Promise.all(below.map(runsNow));
    if (!stillWanted()) return;
    stragglers = below.filter((_, index) => running[index]);
    for (const straggler of stragglers) signal('SIGSTOP', straggler);
  };
  const stopLooking = (): void => {
    looking?.[Symbol.dispose]();
    looking = undefined;
  };
  return {
    freeze: () => {
      if (state !== 'runs') return;
      state = 'frozen';
      void stop();
    },
    thaw: () => {
      if (state !== 'frozen') return;
      state = 'runs';
      stopLooking();
      for (const straggler of stragglers) signal('SIGCONT', straggler);
      stragglers = [];
      if (sentry !== undefined) signal('SIGCONT', sentry);
    },
    end: () => {
      state = 'gone';
      stopLooking();
    },
  };
}

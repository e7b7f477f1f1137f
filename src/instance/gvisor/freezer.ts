import { findSentry } from './sentry.ts';

/** Stops a sandbox, and lets it go on. */
export interface Freezer {
  freeze(): void;
  thaw(): void;
  /** The sandbox is gone: its process number may become another's. */
  end(): void;
}

/**
 * Freezes the sandbox below the process `pid` by stopping its sentry. A sentry is never idle by itself: before the releases of June
 * 2026 it wakes 2,500 times a second (https://github.com/google/gvisor/pull/13470), which takes 3 % of a processor.
 */
export function sandboxFreezer(pid: number): Freezer {
  let state: 'runs' | 'frozen' | 'gone' = 'runs';
  let sentry: number | undefined;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    if (sentry === undefined || state === 'gone') return;
    try {
      process.kill(sentry, name);
    } catch {
      // It has just died, or is another user's: then it is not frozen, and costs what it costs.
    }
  };
  const stop = async (): Promise<void> => {
    sentry ??= (await findSentry(pid))?.pid;
    if (state === 'frozen') signal('SIGSTOP');
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
      signal('SIGCONT');
    },
    end: () => {
      state = 'gone';
    },
  };
}

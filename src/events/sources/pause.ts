import type { Clock } from '../../model/clock.ts';

/** Resolves after so long, or when `signal` fires. */
export function pauseFor(clock: Pick<Clock, 'timer'>, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.timer(ms, end);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}

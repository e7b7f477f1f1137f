import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** A Worker's event loop, by what it tells of it from time to time. The first call asks it to. */
export class LoopUsage {
  readonly #watch: () => void;
  #watched = false;
  #newest = { idle: 0, active: 0 };

  constructor(watch: () => void) {
    this.#watch = watch;
  }

  tell(newest: { readonly idle: number; readonly active: number }): void {
    this.#newest = { idle: newest.idle, active: newest.active };
  }

  /** As `performance.eventLoopUtilization`, of at most a tenth of a second ago. */
  readonly eventLoopUtilization = (
    since?: EventLoopUtilization,
    before?: EventLoopUtilization,
  ): EventLoopUtilization => {
    if (since !== undefined && before !== undefined) return performance.eventLoopUtilization(since, before);
    if (!this.#watched) this.#watch();
    this.#watched = true;
    const { idle, active } = this.#newest;
    return between(since ?? { idle: 0, active: 0 }, { idle, active });
  };
}

function between(one: { idle: number; active: number }, other: { idle: number; active: number }): EventLoopUtilization {
  const idle = other.idle - one.idle;
  const active = other.active - one.active;
  return { idle, active, utilization: idle + active === 0 ? 0 : active / (idle + active) };
}

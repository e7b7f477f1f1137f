import type { Clock } from '../../model/clock.ts';
import type { Called } from '../../model/invocations/caller.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import { targetOf } from './target.ts';

/** What is due within so long is told of, so much of it at a time. */
const foretoldMs = 3_000;
const foretoldMax = 64;

/** What a foreteller works with. */
export interface ForetellerOptions {
  readonly store: DurableStore;
  readonly clock: Clock;
  readonly region: string;
  /** Told of functions that schedules will have run, and in how many ms; once, shortly before. Nobody is, where it is not there. */
  readonly awaited?: ((called: Called, inMs: number) => void) | undefined;
}

/** Tells which functions schedules will have run in a moment, so that what those need can be there. */
export class Foreteller {
  readonly #o: ForetellerOptions;
  /** What is due until then was told of. */
  #toldUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ForetellerOptions) {
    this.#o = options;
  }

  /** Something is due in so many ms, and nothing before: tells of it if that is soon. Gives after how many ms to ask again. */
  async tell(nextMs: number): Promise<number> {
    const { awaited, clock, region, store } = this.#o;
    if (awaited === undefined || nextMs <= 0) return nextMs;
    if (nextMs > foretoldMs) return nextMs - foretoldMs;
    const now = clock.wall();
    const soon = await store.parts.schedules.due({ now: now + foretoldMs, limit: foretoldMax });
    for (const { nextAt = now, record } of soon) {
      if (nextAt <= Math.max(now, this.#toldUntil)) continue;
      const target = targetOf(record.target.arn, record.account, region);
      if (target?.kind !== 'function') continue;
      // arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER
      const [, , , , account = '', , name = '', qualifier = ''] = target.arn.split(':');
      awaited({ account, name, qualifier }, nextAt - now);
    }
    this.#toldUntil = now + foretoldMs;
    return nextMs;
  }
}

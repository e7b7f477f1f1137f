import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { Lru } from '../../model/lru.ts';

interface Failure {
  readonly times: number;
  readonly until: number;
  readonly message: string;
}

const kept = 1_000;
/** It is not tried again for so long, at first and at most, ms: its calls load it, whatever became of this. */
const waitMs = 2_000;
const waitMsMax = 300_000;

/** Code that failed when it was loaded ahead, and for how long it is not tried again: its calls will tell whom it concerns. */
export class Failures {
  readonly #byRevision: Lru<Failure> = new Lru(kept);
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why nothing is prepared of it now, if so. */
  of({ revisionId }: FunctionVersion): string | undefined {
    const failure = this.#byRevision.get(revisionId);
    return failure !== undefined && failure.until > this.#clock.now() ? failure.message : undefined;
  }

  failed({ revisionId }: FunctionVersion, error: unknown): void {
    const times = (this.#byRevision.get(revisionId)?.times ?? 0) + 1;
    const until = this.#clock.now() + Math.min(waitMsMax, waitMs * 2 ** (times - 1));
    const message = `It was tried, and failed: ${error instanceof Error ? error.message : String(error)}`;
    this.#byRevision.set(revisionId, { times, until, message }, 1);
  }

  succeeded({ revisionId }: FunctionVersion): void {
    this.#byRevision.delete(revisionId);
  }
}

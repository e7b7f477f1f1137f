import type { Clock } from '../../model/clock.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { Way } from '../../model/invocations/way.ts';
import { limits } from '../../model/limits.ts';
import { Lru } from '../../model/lru.ts';

/** Has invocations run on other hosts. */
interface Elsewhere<Host> {
  invoke(host: Host, invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome>;
}

/** When the newest calls that other hosts ran went there from here, and were back: beside what those hosts know of them it tells how long they were on their way. */
export class Ways {
  readonly #host: string;
  readonly #clock: Clock;
  readonly #known = new Lru<Way>(limits.tracesMax);

  /** `host`: the name of this one. */
  constructor(host: string, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Those that run elsewhere are noted from now on. Threads are told of by their sessions. */
  noting<Host>(elsewhere: Elsewhere<Host>): Elsewhere<Host> {
    return {
      invoke: (host, invocation, signal) => {
        const outcome = elsewhere.invoke(host, invocation, signal);
        if (invocation.watcher !== undefined || invocation.ofService === true) return outcome;
        const { receivedAt, requestId, function: fn } = invocation;
        const sentMs = this.#clock.now() - receivedAt;
        return outcome.then((given) => {
          const way = { from: this.#host, sentMs, totalMs: this.#clock.now() - receivedAt };
          this.#known.set(keyOf(fn.account, requestId), way, 1);
          return given;
        });
      },
    };
  }

  of(account: string, requestId: string): Way | undefined {
    return this.#known.get(keyOf(account, requestId));
  }
}

function keyOf(account: string, requestId: string): string {
  return `${account} ${requestId}`;
}

import type { AccountLimits } from '../../model/accounts/account-limits.ts';
import type { Clock, Timer } from '../../model/clock.ts';
import { NoRoomError, ThrottledError } from '../../model/errors.ts';
import type { AccountStore } from '../../store/contract.ts';
import { fullBucket, takeToken, type Bucket } from './token-bucket.ts';

/** Where nobody can say how long, it is tried again after so long, ms: the slowest rate is one request a second. */
const waitMsMax = 1_000;

/** Rates that hold for several hosts together: what this one may let in of them. */
export interface SharedRates {
  of(account: string): {
    /** How long until one more request may come in here, ms; 0: it is in. Infinity: this host has no part of the rate. */
    takeRequest(): number;
    /** Asks for a part, or a larger one. Resolves when there is an answer; undefined where asking would not help now. */
    moreRequests(): Promise<void> | undefined;
  };
}

/** What is known of an account that has a rate, and had requests lately. */
class Gate {
  bucket: Bucket | undefined;
  timer: Timer | undefined;
  readonly waiting: Set<() => void> = new Set();
}

/**
 * Where requests of accounts that have a rate are let in: each takes a token. How many calls an account may have at once is not asked here, but where
 * they are counted: in the worker manager's `Quota`.
 */
export class AccountGate {
  readonly #accounts: Pick<AccountStore, 'limitsOf'>;
  readonly #clock: Clock;
  readonly #shared: SharedRates | undefined;
  readonly #gates = new Map<string, Gate>();
  #refused = 0;

  /** `shared`: where hosts share the rates of accounts. */
  constructor(accounts: Pick<AccountStore, 'limitsOf'>, clock: Clock, shared?: SharedRates) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#shared = shared;
  }

  /** Requests that were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Throws ThrottledError, or rejects with it where another host has to be asked first. Undefined: it has come in. */
  request(account: string): Promise<void> | undefined {
    const limits = this.#accounts.limitsOf(account);
    const waitMs = this.#take(account, limits);
    if (waitMs === 0) return undefined;
    const more = this.#shared?.of(account).moreRequests();
    if (more === undefined) throw this.#tooFast(limits, waitMs);
    return more.then(() => {
      const stillMs = this.#take(account, limits);
      if (stillMs > 0) throw this.#tooFast(limits, stillMs);
    });
  }

  /** Whether it has come in; nobody overtakes who waits. */
  entersNow(account: string): boolean {
    const waiting = this.#gates.get(account)?.waiting.size ?? 0;
    return waiting === 0 && this.#take(account, this.#accounts.limitsOf(account)) === 0;
  }

  /** Resolves when it has come in. Rejects with what the signal fires with. First come, first served. */
  async whenFree(account: string, signal: AbortSignal): Promise<void> {
    const gate = this.#gate(account);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason);
    gate.waiting.add(resolve);
    signal.addEventListener('abort', abort, { once: true });
    this.#review(account, gate);
    try {
      await promise;
    } finally {
      gate.waiting.delete(resolve);
      signal.removeEventListener('abort', abort);
    }
  }

  /** The limits of an account are others now: who waits may come in. */
  changed(account: string): void {
    const gate = this.#gates.get(account);
    if (gate !== undefined) this.#review(account, gate);
  }

  #tooFast(limits: AccountLimits, waitMs: number): Error {
    this.#refused += 1;
    return tooFast(limits, waitMs);
  }

  #review(account: string, gate: Gate): void {
    gate.timer?.[Symbol.dispose]();
    gate.timer = undefined;
    for (const enter of gate.waiting) {
      const waitMs = this.#take(account, this.#accounts.limitsOf(account));
      if (waitMs > 0) {
        void this.#shared
          ?.of(account)
          .moreRequests()
          ?.then(() => this.#review(account, gate));
        gate.timer = this.#clock.timer(Math.min(waitMs, waitMsMax), () => this.#review(account, gate));
        return;
      }
      gate.waiting.delete(enter);
      enter();
    }
  }

  #gate(account: string): Gate {
    let gate = this.#gates.get(account);
    if (gate === undefined) this.#gates.set(account, (gate = new Gate()));
    return gate;
  }

  /** How long to wait for a token; 0 where one was taken. */
  #take(account: string, { requestsPerSecond: perSecond, requestsAtOnce }: AccountLimits): number {
    // Of nearly all, and on the path of every call.
    if (perSecond === undefined) return 0;
    if (this.#shared !== undefined) return this.#shared.of(account).takeRequest();
    const gate = this.#gate(account);
    const size = { perSecond, atOnce: requestsAtOnce ?? perSecond };
    const now = this.#clock.now();
    const { bucket, waitMs } = takeToken(gate.bucket ?? fullBucket(size, now), size, now);
    gate.bucket = bucket;
    return waitMs;
  }
}

function tooFast({ requestsPerSecond = 0, requestsAtOnce = requestsPerSecond }: AccountLimits, waitMs: number): Error {
  const what = `The account may make ${requestsPerSecond} requests a second, and ${requestsAtOnce} at once.`;
  const retryAfterSeconds = Math.min(waitMs, waitMsMax) / 1_000;
  return new ThrottledError('CallerRateLimitExceeded', `Rate Exceeded. ${what}`, retryAfterSeconds);
}

/** What whoever holds a container while he waits is told: it is the same as where there is no room. */
export function asNoRoom(error: unknown): unknown {
  return error instanceof ThrottledError ? new NoRoomError(error.message, error.retryAfterSeconds) : error;
}

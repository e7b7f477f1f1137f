import { createHash } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { CapacityError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { ClaimInput, KeptAnswer, KeyName } from '../../store/durable/contracts/events.ts';
import type { Ages } from '../clock/clock-keeper.ts';

/** A key as a caller gave it, whose it is (the caller's), and what its request is known again by. */
export interface GivenKey extends KeyName {
  readonly sha256: string;
}

/** The key was used for another request. */
export class KeyConflictError extends Error {
  override readonly name = 'KeyConflictError';
  constructor(key: string) {
    super(
      `The idempotency key '${key}' was used in the last 24 hours for a request with another payload, qualifier or invocation type. Use a key of its own for each request, and the same only to repeat it.`,
    );
  }
}

/** What makes two requests the same, whatever the key. */
export function fingerprintOf(parts: readonly (string | undefined)[], payload: Uint8Array): string {
  return createHash('sha256').update(JSON.stringify(parts)).update('\0').update(payload).digest('hex');
}

/** `ages`: by as much as the clock was put forward meanwhile, keys are kept longer. */
export function claimOf(key: GivenKey, requestId: string, nowMs: number, ages?: Pick<Ages, 'heldMs'>): ClaimInput {
  const keepMs = limits.idempotencyKeyMs;
  return {
    ...key,
    requestId,
    nowMs,
    keepMs: keepMs + (ages?.heldMs(nowMs - keepMs) ?? 0),
    keysMax: limits.idempotencyKeysPerAccountMax,
    bytesMax: limits.idempotencyBytesPerAccountMax,
  };
}

interface Running {
  readonly sha256: string;
  readonly first: Promise<FirstAnswer>;
}

/** An answer, and the id of the request that it is the answer of. */
export interface FirstAnswer {
  readonly requestId: string;
  readonly answer: KeptAnswer;
  readonly repeated: boolean;
}

export interface KeyedCallsOptions {
  readonly store: DurableStore;
  readonly clock: Clock;
  readonly ages?: Pick<Ages, 'heldMs'>;
  /** An answer could not be kept: whoever repeats the request runs it again. */
  readonly onUnkept: (error: unknown) => void;
}

/** Requests that are waited for and come with a key: each is carried out once, and whoever repeats it has the first's answer. */
export class KeyedCalls {
  readonly #o: KeyedCallsOptions;
  /** Of this process; one that is claimed on the disk and not here was claimed by a process that died. */
  readonly #running = new Map<string, Running>();

  constructor(options: KeyedCallsOptions) {
    this.#o = options;
  }

  /**
   * Gives the answer of `call`, or the one that it gave before. Where `call` throws there is no answer, whoever waits for it is told the same, and
   * the key is free. Throws KeyConflictError, CapacityError where the account has too many keys, and StoreFullError.
   */
  async run(key: GivenKey, requestId: string, call: () => Promise<KeptAnswer>): Promise<FirstAnswer> {
    const at = [key.account, key.functionName, key.key].join('\0');
    const running = this.#running.get(at);
    if (running !== undefined) {
      if (running.sha256 !== key.sha256) throw new KeyConflictError(key.key);
      return { ...(await running.first), repeated: true };
    }
    const { promise, resolve, reject } = Promise.withResolvers<FirstAnswer>();
    // Nobody may be waiting for it.
    promise.catch(() => undefined);
    this.#running.set(at, { sha256: key.sha256, first: promise });
    try {
      const first = await this.#claimAndRun(key, requestId, call);
      resolve(first);
      return first;
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      this.#running.delete(at);
    }
  }

  async #claimAndRun(key: GivenKey, requestId: string, call: () => Promise<KeptAnswer>): Promise<FirstAnswer> {
    const { store, clock, ages, onUnkept } = this.#o;
    const { events } = store.parts;
    const state = await events.claim(claimOf(key, requestId, clock.wall(), ages));
    if (state.kind === 'other') throw new KeyConflictError(key.key);
    if (state.kind === 'full') throw new CapacityError(`The request was not carried out: ${state.why}.`, 3_600);
    if (state.kind === 'answered') return { requestId: state.requestId, answer: state.answer, repeated: true };
    let answer: KeptAnswer;
    try {
      answer = await call();
    } catch (error) {
      await events.release(key).catch(onUnkept);
      throw error;
    }
    await events.answer({ ...key, answer }).catch(onUnkept);
    return { requestId, answer, repeated: false };
  }
}

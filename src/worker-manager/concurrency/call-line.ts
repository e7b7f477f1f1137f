import { NeverFitsError } from '../../model/errors.ts';
import type { Refusal } from './throttle.ts';

/** A thread whose account has as many calls as it may. */
export interface WaitingCall {
  /** Why it may not come now, if so. */
  refusal(): Refusal | undefined;
  /** Comes in, and is counted. Called once, or `fail` is. */
  enter(): void;
  fail(error: Error): void;
}

/** The threads of one account that wait until it may have more calls: first come, first served. */
export class CallLine {
  readonly #waiting: Set<WaitingCall> = new Set();
  #looking = false;

  get size(): number {
    return this.#waiting.size;
  }

  add(call: WaitingCall): void {
    this.#waiting.add(call);
  }

  /** It does not want to come any more. */
  leave(call: WaitingCall): void {
    this.#waiting.delete(call);
    this.review();
  }

  /** There may be room: soon who waits is looked at. Not at once, so that whoever has made the room can finish that. */
  review(): void {
    if (this.#looking || this.#waiting.size === 0) return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      this.#look();
    });
  }

  /** Nobody will come in any more. */
  close(error: Error): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const call of all) call.fail(error);
  }

  #look(): void {
    for (const call of this.#waiting) {
      const refusal = call.refusal();
      if (refusal?.by === 'full') return;
      this.#waiting.delete(call);
      if (refusal === undefined) call.enter();
      else call.fail(new NeverFitsError(refusal.why));
    }
  }
}

import { limitTimes } from '../contract.ts';

/** Tokens of one pool that this host holds. */
export class TokenPool {
  held = 0;
  /** To how many it comes down as calls end. */
  cap: number = Number.POSITIVE_INFINITY;
  /** Nothing begins: more is held, by all hosts together, than there may be by now. */
  stopped = false;
  /** The fewest that were idle since that was last looked at. */
  idleMin = 0;
  /** What was asked for in vain since the last answer, and when last, ms. */
  #missed = 0;
  #claimed = 0;
  /** What it needed when it claimed last. */
  #neededThen = 0;
  #missedAt: number = Number.NEGATIVE_INFINITY;
  /** The home had too little: it is not asked for more before, ms. */
  askAfter: number = Number.NEGATIVE_INFINITY;
  /** The home did not answer when it was asked last. */
  unanswered = false;
  /** Somebody waits for the home's answer. */
  awaited = false;
  /** When one was last used or missed, ms. */
  usedAt: number = Number.NEGATIVE_INFINITY;
  /** The most that one call has taken: 1, but of memory. */
  callMax = 1;

  miss(more: number, now: number): void {
    this.#missed = this.missed(now) + more;
    this.#missedAt = now;
  }

  /** What is asked for in vain: who was refused a while ago has gone, but for who waits for an answer. */
  missed(now: number): number {
    return !this.awaited && now - this.#missedAt > limitTimes.askAgainMs ? 0 : this.#missed;
  }

  /** What was asked for in vain until now is asked of the home. */
  claimed(now: number): number {
    return (this.#claimed = this.missed(now));
  }

  /** So much is needed: what is in use, and what was asked for in vain or waits. */
  needs(use: number, claimed: number, waiting: number): number {
    return (this.#neededThen = use + Math.max(claimed, waiting));
  }

  /**
   * What was claimed last has its answer; what was missed since has not. Where the home had too little for what was missed *then* it is not asked again at once: who came while the answer was
   * on its way says nothing of what others have.
   */
  answered(granted: number, now: number): void {
    this.unanswered = false;
    if (this.#settle() > 0 && granted < this.#neededThen) this.askAfter = now + limitTimes.askAgainMs;
  }

  /** There was no answer, or no home. */
  failed(now: number): void {
    this.#settle();
    this.unanswered = true;
    this.askAfter = now + limitTimes.askAgainMs;
  }

  #settle(): number {
    const claimed = this.#claimed;
    this.#missed = Math.max(0, this.#missed - claimed);
    this.#claimed = 0;
    return claimed;
  }

  /** Whether so many more can be taken. Nothing is counted but by whoever uses them. */
  has(use: number, more: number, now: number): boolean {
    this.usedAt = now;
    if (more > this.callMax) this.callMax = more;
    const idle = this.held - use - more;
    if (idle < 0 || this.stopped) {
      this.miss(more, now);
      return false;
    }
    if (idle < this.idleMin) this.idleMin = idle;
    return true;
  }

  /** Comes down to its cap as far as what is in use allows. Gives whether it held more. */
  comeDown(use: number): boolean {
    const to = Math.max(use, Math.min(this.held, this.stopped ? 0 : this.cap));
    const less = to < this.held;
    this.held = to;
    return less;
  }

  /** So many go at most, but those that are needed. */
  letGo(need: number, most: number): void {
    this.held -= Math.max(0, Math.min(most, this.held - need));
  }

  /** What nobody used since the last look goes, but `reserve`. Gives whether something did. */
  letIdleGo(use: number, reserve: number): boolean {
    const idle = Math.min(this.idleMin, this.held - use) - reserve;
    if (idle > 0) this.held -= idle;
    this.idleMin = Math.max(0, this.held - use);
    return idle > 0;
  }

  /** More than is in use, so that the next calls need not ask: a quarter, at least `portion` and one call; none of what was not used for long. */
  reserve(use: number, portion: number, now: number): number {
    return now - this.usedAt > limitTimes.forgottenMs ? 0 : Math.max(this.callMax, portion, Math.ceil(use / 4));
  }
}

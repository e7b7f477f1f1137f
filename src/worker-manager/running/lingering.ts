import type { Clock, Timer } from '../../model/clock.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { Deadlines, Limited } from './deadlines.ts';

/**
 * So long a request waits for a container of its own code that has answered and whose extensions are not done, before another one is made,
 * ms: those take a second or two to start.
 */
const patienceMs = 100;

/** What becomes of a container that lingers; one of them, once. */
export interface LingeringEvents {
  /** Its extensions wait for the next invocation. */
  onRested(): void;
  /** They have not, by the function's time-out. */
  onOverran(): void;
  /** Who waits for it should not any longer. */
  onPatienceEnd(): void;
}

/** A container that has answered, and whose extensions are not done with the invocation. */
export class Lingering implements Limited {
  readonly deadlineAt: number;
  readonly #events: LingeringEvents;
  readonly #container: ActiveContainer;
  readonly #patience: Timer;
  #awaited = true;

  constructor(
    container: ActiveContainer,
    rested: Promise<void>,
    { deadlineAt, deadlines, clock }: { deadlineAt: number; deadlines: Deadlines; clock: Clock },
    events: LingeringEvents,
  ) {
    this.#container = container;
    this.#events = events;
    this.deadlineAt = deadlineAt;
    if (container.code !== undefined) container.code.lingering += 1;
    this.#patience = clock.timer(patienceMs, () => {
      this.#awaitNoMore();
      events.onPatienceEnd();
    });
    const done = (then: () => void): void => {
      deadlines.forget(this);
      this.#awaitNoMore();
      then();
    };
    rested.then(
      () => done(() => events.onRested()),
      () => done(() => events.onPatienceEnd()),
    );
  }

  overran(): void {
    this.#events.onOverran();
  }

  #awaitNoMore(): void {
    if (!this.#awaited) return;
    this.#awaited = false;
    this.#patience[Symbol.dispose]();
    if (this.#container.code !== undefined) this.#container.code.lingering -= 1;
  }
}

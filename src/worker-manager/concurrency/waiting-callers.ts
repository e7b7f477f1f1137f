import type { Called, Caller } from '../../model/invocations/caller.ts';
import { ActiveContainer } from '../active-pool/state.ts';
import { computingShare } from './admission.ts';

/**
 * Containers whose code waits for something that it has called here. What is known of their calls says how much they compute on the whole; that they do not
 * now, only this says.
 */
export class WaitingCallers {
  readonly #waiting = new Map<ActiveContainer, { calls: number }>();

  /** So many of the calls that are taken to compute wait. Their code may compute beside that: it is a guess, and nothing that runs depends on it. */
  get computing(): number {
    let count = 0;
    for (const { code, share, state } of this.#waiting.keys()) {
      if (state !== 'running' || code === undefined) continue;
      if ((share ?? (code.profile.known ? code.profile.share : 1)) >= computingShare) count += 1;
    }
    return count;
  }

  /** It calls something, and waits for that until what this gives is called. */
  calls(caller: Caller, called: Called): () => void {
    const counted = caller.calls(called, 'call');
    const waited = this.#waits(caller);
    return () => {
      counted?.();
      waited();
    };
  }

  #waits({ place }: Caller): () => void {
    if (!(place instanceof ActiveContainer)) return () => undefined;
    const waits = this.#waiting.get(place) ?? { calls: 0 };
    waits.calls += 1;
    this.#waiting.set(place, waits);
    return () => {
      waits.calls -= 1;
      if (waits.calls === 0 && this.#waiting.get(place) === waits) this.#waiting.delete(place);
    };
  }

  /** Its run is over, whatever it has called. */
  ended(container: ActiveContainer): void {
    if (this.#waiting.size > 0) this.#waiting.delete(container);
  }
}

import type { ActiveContainer, Code } from '../active-pool/state.ts';
import { computingShare } from './admission.ts';

/** What one code adds to the sums. */
interface Part {
  /** Calls that run. */
  running: number;
  /** Of these, those that were looked at: how many compute, how many wait and what these want together. */
  lookedComputing: number;
  lookedWaiting: number;
  lookedShares: number;
  /** What stands for it in the sums. */
  computing: number;
  waitingShares: number;
}

/** Adds up what runs, of all codes: calls that compute, and what those that wait want of processors. Each change takes the same time. */
export class Tally {
  computing = 0;
  waitingShares = 0;
  readonly #parts = new WeakMap<Code, Part>();

  /** Calls of the code that run and were looked at. */
  lookedOf(code: Code): number {
    const part = this.#parts.get(code);
    return part === undefined ? 0 : part.lookedComputing + part.lookedWaiting;
  }

  /** The share that the code's next call is taken to want: what ended calls tell; else what is seen of those that run; else all. */
  shareOf(code: Code): number {
    if (code.profile.known) return code.profile.share;
    const part = this.#parts.get(code);
    if (part === undefined || part.lookedComputing + part.lookedWaiting === 0) return 1;
    return (part.lookedComputing + part.lookedShares) / (part.lookedComputing + part.lookedWaiting);
  }

  begun({ code }: ActiveContainer): void {
    if (code !== undefined) this.#change(code, (part) => (part.running += 1));
  }

  /** The share of the call that it runs was seen, for the first time or anew. */
  looked(container: ActiveContainer, share: number): void {
    const { code } = container;
    if (code === undefined) return;
    this.#change(code, (part) => {
      uncount(part, container.share);
      container.share = share;
      count(part, share);
    });
  }

  ended(container: ActiveContainer): void {
    const { code } = container;
    if (code === undefined) return;
    this.#change(code, (part) => {
      part.running -= 1;
      uncount(part, container.share);
      container.share = undefined;
    });
  }

  /** What is known of its calls has changed. */
  profiled(code: Code): void {
    this.#change(code, () => undefined);
  }

  #change(code: Code, change: (part: Part) => unknown): void {
    let part = this.#parts.get(code);
    if (part === undefined) {
      part = { running: 0, lookedComputing: 0, lookedWaiting: 0, lookedShares: 0, computing: 0, waitingShares: 0 };
      this.#parts.set(code, part);
    }
    this.computing -= part.computing;
    this.waitingShares -= part.waitingShares;
    change(part);
    const others = part.running - part.lookedComputing - part.lookedWaiting;
    const share = this.shareOf(code);
    const compute = share >= computingShare;
    part.computing = part.lookedComputing + (compute ? others : 0);
    part.waitingShares = part.lookedShares + (compute ? 0 : others * share);
    this.computing += part.computing;
    this.waitingShares += part.waitingShares;
    // Sums of fractions drift; nothing running is a good moment to be exact again.
    if (part.running === 0 && this.computing === 0 && this.waitingShares < 1e-6) this.waitingShares = 0;
  }
}

function count(part: Part, share: number): void {
  if (share >= computingShare) part.lookedComputing += 1;
  else {
    part.lookedWaiting += 1;
    part.lookedShares += share;
  }
}

function uncount(part: Part, share: number | undefined): void {
  if (share === undefined) return;
  if (share >= computingShare) part.lookedComputing -= 1;
  else {
    part.lookedWaiting -= 1;
    part.lookedShares = part.lookedWaiting === 0 ? 0 : part.lookedShares - share;
  }
}

import { ClusterUnavailableError } from '../../contract.ts';
import type { ReadLease } from './read-lease.ts';

/** What a lease for reads says of now. */
type Knowing = Pick<ReadLease, 'valid' | 'settled'>;

/** Told when a host begins to answer from what it knew, and when it knows again. */
export interface GoingOnParts {
  readonly lease: Knowing;
  readonly cutOff: (why: string) => void;
  readonly back: () => void;
}

/**
 * A host that is cut off and goes on all the same: whoever asks first waits as for any other host until it is known whether it is, and then all are answered from what this host knows,
 * until it has proven again that this is all there is. A host that stood still and can prove it says nothing old.
 */
export class GoingOn implements Knowing {
  readonly #parts: GoingOnParts;
  #isCutOff = false;

  constructor(parts: GoingOnParts) {
    this.#parts = parts;
  }

  get valid(): boolean {
    if (this.#parts.lease.valid) {
      if (this.#isCutOff) this.#parts.back();
      this.#isCutOff = false;
      return true;
    }
    return this.#isCutOff;
  }

  /** Resolves when requests may be answered. Throws nothing of a host that is cut off. */
  async settled(): Promise<void> {
    try {
      await this.#parts.lease.settled();
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
      if (this.#isCutOff) return;
      this.#isCutOff = true;
      this.#parts.cutOff(error.message);
    }
  }
}

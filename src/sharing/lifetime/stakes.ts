import { SharingError } from '../../model/sharing.ts';

/** Something that ends with its holder. */
interface Held {
  readonly release: (holder: string) => void;
}

interface GivesUp {
  readonly giveUp: (reason: unknown) => void;
}

/** A holder from when it came until it left. */
export interface Presence {
  readonly left: boolean;
}

interface Stake {
  left: boolean;
  /** In the order in which they began. */
  readonly waits: Set<GivesUp>;
  readonly held: Set<Held>;
}

/** What each holder of one account waits for and has. */
export class Stakes {
  readonly #stakes = new Map<string, Stake>();

  /** Holders that are there. */
  get size(): number {
    return this.#stakes.size;
  }

  /** Idempotent, until it leaves. */
  enter(holder: string): Presence {
    return this.#of(holder);
  }

  addWait(holder: string, wait: GivesUp): void {
    this.#of(holder).waits.add(wait);
  }

  removeWait(holder: string, wait: GivesUp): void {
    this.#stakes.get(holder)?.waits.delete(wait);
  }

  addHeld(holder: string, held: Held): void {
    this.#of(holder).held.add(held);
  }

  removeHeld(holder: string, held: Held): void {
    this.#stakes.get(holder)?.held.delete(held);
  }

  /** Ends all that one holder waits for, then takes back all that it has, so that none of it comes to itself. */
  leave(holder: string): void {
    const stake = this.#stakes.get(holder);
    if (stake === undefined) return;
    stake.left = true;
    // The newest first: as one leaves a line, those of the same holder behind it are gone and cannot be next.
    for (const wait of [...stake.waits].toReversed()) wait.giveUp(releasedError(holder));
    for (const held of [...stake.held]) held.release(holder);
    this.#stakes.delete(holder);
  }

  #of(holder: string): Stake {
    let stake = this.#stakes.get(holder);
    if (stake === undefined) this.#stakes.set(holder, (stake = { left: false, waits: new Set(), held: new Set() }));
    return stake;
  }
}

/** What a holder's waits end with when the holder does. */
export function releasedError(holder: string): SharingError {
  return new SharingError('released', `Nothing is waited for any more: ${holder} ended.`);
}

import type { Guest, GuestContainer } from '../instance/guest.ts';
import type { BlankKind } from '../model/runtimes/configuration.ts';

/** A booted instance that belongs to nobody yet, and its blank containers. */
export class WarmGuest {
  readonly guest: Guest;
  /** When it was ready, on {@link Clock.now}. */
  readonly bornAt: number;
  readonly blanks: Set<GuestContainer> = new Set();
  /** The kind of the container that is being made in it, if one is. */
  making: BlankKind | undefined;
  /** Whoever took the instance gets what was still being made in it. */
  onLateBlank: ((container: GuestContainer) => void) | undefined;

  constructor(guest: Guest, bornAt: number) {
    this.guest = guest;
    this.bornAt = bornAt;
    for (const container of guest.firstContainers) this.#add(container);
  }

  blanksOf(kind: BlankKind): number {
    let count = 0;
    for (const container of this.blanks) if (container.kind === kind) count += 1;
    return count;
  }

  /** Makes one more blank container. Resolves when it is there; rejects if it could not be made. One at a time. */
  async make(kind: BlankKind, signal: AbortSignal): Promise<void> {
    this.making = kind;
    try {
      const container = await this.guest.makeContainer(kind, signal);
      if (this.onLateBlank === undefined) this.#add(container);
      else this.onLateBlank(container);
    } finally {
      this.making = undefined;
    }
  }

  /** Ends a blank container that nobody will miss. Resolves when nothing is left of it. */
  async drop(container: GuestContainer): Promise<void> {
    this.blanks.delete(container);
    this.guest.wake();
    await container.kill();
  }

  #add(container: GuestContainer): void {
    this.blanks.add(container);
    void container.exited.then(() => this.blanks.delete(container));
  }
}

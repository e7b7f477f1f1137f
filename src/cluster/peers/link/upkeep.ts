import type { Clock, Timer } from '../../../model/clock.ts';
import { PeerLostError, type HostId } from '../../contract.ts';
import { peerLimits } from '../peer-limits.ts';

/** What an {@link Upkeep} is told, and does. */
export interface UpkeepOptions {
  readonly host: HostId;
  readonly clock: Clock;
  /** Since when nobody needs the link; undefined where somebody does, or where that is the other side's to see to. */
  readonly idleSince: () => number | undefined;
  readonly ping: () => void;
  readonly close: (error?: Error) => void;
}

/** Looks from time to time whether the other side of a link is there, and whether anybody needs it. */
export class Upkeep {
  readonly #o: UpkeepOptions;
  #heardAt: number;
  #timer: Timer | undefined;

  constructor(options: UpkeepOptions) {
    this.#o = options;
    this.#heardAt = options.clock.now();
    this.#watch();
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #watch(): void {
    const { clock } = this.#o;
    const setAt = clock.now();
    this.#timer = clock.timer(peerLimits.pingMs, () => this.#look(clock.now(), setAt));
  }

  #look(now: number, setAt: number): void {
    const { close, host, idleSince, ping } = this.#o;
    // Whoever stood still himself has heard nobody, and cannot blame them for it.
    if (now - setAt > 2 * peerLimits.pingMs) this.#heardAt = now - peerLimits.pingMs;
    const silentMs = now - this.#heardAt;
    if (silentMs >= peerLimits.silentMsMax)
      return close(new PeerLostError(`Host ${host} was not heard for ${Math.round(silentMs)} ms.`));
    if (now - (idleSince() ?? now) >= peerLimits.idleMs) return close();
    if (silentMs >= peerLimits.pingMs) ping();
    this.#watch();
  }
}

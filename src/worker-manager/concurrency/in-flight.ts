import type { Clock } from '../../model/clock.ts';
import type { ActiveContainer, ActiveInstance, Code } from '../active-pool/state.ts';

/** A call that runs so long, and so many times longer than usual, is looked at, ms. */
const longMs = 8;
const longFactor = 8;
/** A share seen over less time than this says little, ms. */
const spanMsMin = 18;
const shareMin = 0.02;

/** Looks at calls that take long while they run: what they want of processors, as the kernel of their instance counts it. */
export class InFlight {
  readonly #clock: Clock;
  readonly #ofUnusual: boolean;
  readonly #seen: (container: ActiveContainer, share: number) => void;

  /** `ofUnusual`: only calls that run longer than those before them are looked at, as those have told. `seen` is told of each share. */
  constructor(clock: Clock, ofUnusual: boolean, seen: (container: ActiveContainer, share: number) => void) {
    this.#clock = clock;
    this.#ofUnusual = ofUnusual;
    this.#seen = seen;
  }

  /** Looks at the code's calls that take long, if there are any. Resolves with whether a share was seen. Never rejects. */
  async look(code: Code): Promise<boolean> {
    const usualMs = this.#ofUnusual && code.profile.known ? code.profile.ranMs : 0;
    const before = this.#clock.now() - Math.max(longMs, longFactor * usualMs);
    const instances = new Map<ActiveInstance, ActiveContainer[]>();
    for (const container of code.busy) {
      if (container.usedAt > before) break;
      const long = instances.get(container.instance);
      if (long === undefined) instances.set(container.instance, [container]);
      else long.push(container);
    }
    const seen = await Promise.all(Array.from(instances, ([instance, long]) => this.#lookInto(code, instance, long)));
    return seen.includes(true);
  }

  async #lookInto(code: Code, instance: ActiveInstance, containers: readonly ActiveContainer[]): Promise<boolean> {
    const calls = containers.map((container) => ({ container, usedAt: container.usedAt }));
    let wanted: ReadonlyMap<string, number>;
    try {
      wanted = await instance.guest.processorMs();
    } catch {
      return false; // It is dying, and whoever waits for it is told elsewhere.
    }
    const at = this.#clock.now();
    let seen = false;
    for (const { container, usedAt } of calls) {
      const processorMs = wanted.get(container.guest.id);
      // Another call runs there now, or none: what is seen of one that has ended would be counted for ever.
      if (processorMs === undefined || container.usedAt !== usedAt || container.inCode.list !== code.busy) continue;
      const { look } = container;
      if (look !== undefined && at - look.at < spanMsMin) continue;
      container.look = { at, processorMs };
      if (look === undefined) continue;
      this.#seen(container, Math.min(1, Math.max(shareMin, (processorMs - look.processorMs) / (at - look.at))));
      seen = true;
    }
    return seen;
  }
}

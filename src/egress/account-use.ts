import type { Clock } from '../model/clock.ts';
import { Pace } from './pace.ts';

/** Connections of one account that are open or being opened, and of them those to the service itself. */
const connectionsMax = 2_048;
const callsMax = 256;
/** And those whose requests are looked into: each has the state of two TLS connections here. */
const passedMax = 256;
/** Its questions of DNS that are being answered. */
const questionsMax = 256;
/** Each costs the service a third of a millisecond of its one thread. */
const opening = { perSecond: 1_000, atOnce: 4_096 };

/** What is not held up, bytes: one piece. */
const speedBytesMin = 65_536;

/** What one account uses of what all share. */
export class AccountUse {
  open = 0;
  calls = 0;
  /** Those whose requests are looked into. */
  passed = 0;
  asking = 0;
  readonly opens: Pace;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.opens = new Pace(opening, clock);
  }

  readonly #speeds = new Map<string, { readonly pace: Pace; holders: number }>();
  readonly #clock: Clock;

  get mayAsk(): boolean {
    return this.asking < questionsMax;
  }

  /** What it has too many of, in words. */
  get over(): string | undefined {
    if (this.open > connectionsMax) return `${connectionsMax} connections of one account`;
    if (this.passed > passedMax) return `${passedMax} connections of one account to hosts that secrets go to`;
    return this.calls > callsMax ? `${callsMax} connections of one account to the service` : undefined;
  }

  /** What all have in common that go by the same name here; to be let go of with `letGo` by each that asked for it. */
  speed(name: string, bytesPerSecond: number): Pace {
    const known = this.#speeds.get(name);
    if (known !== undefined) known.holders += 1;
    const atOnce = Math.max(bytesPerSecond / 4, speedBytesMin);
    const one = known ?? { pace: new Pace({ perSecond: bytesPerSecond, atOnce }, this.#clock), holders: 1 };
    this.#speeds.set(name, one);
    return one.pace;
  }

  letGo(name: string): void {
    const one = this.#speeds.get(name);
    if (one !== undefined && --one.holders === 0) this.#speeds.delete(name);
  }
}

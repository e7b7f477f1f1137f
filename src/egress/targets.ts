import { isIPv6 } from 'node:net';
import type { Clock } from '../model/clock.ts';
import type { EgressTarget } from '../model/dashboard/network.ts';

/** Of one function; what was asked for longest ago is forgotten. */
const targetsMax = 32;
const charsMax = 300;

/** How a place to connect to is written: by its name where there is one, with its port where one is meant. */
export function placeText(name: string | undefined, address: string, port: number | undefined): string {
  const bare = isIPv6(address) ? `[${address}]` : address;
  return `${name ?? bare}${port === undefined ? '' : `:${port}`}`;
}

interface Seen {
  allowed: number;
  refused: number;
  lastAt: number;
  why?: string;
  policy?: string | undefined;
}

/** Where one function connected to of late, and what of that was refused: bounded, whatever its code tries. */
export class Targets {
  readonly #clock: Pick<Clock, 'wall'>;
  /** The newest last. */
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** It was connected to, by its name where there is one. */
  allowed(name: string | undefined, address = '', port?: number): void {
    this.#of(placeText(name, address, port)).allowed += 1;
  }

  /** `policy`: what would allow it, where its owner can say so. */
  refused(to: string, why: string, policy?: string): void {
    const seen = this.#of(to);
    seen.refused += 1;
    seen.why = why;
    seen.policy = policy;
  }

  list(): readonly EgressTarget[] {
    return Array.from(this.#seen, ([to, { why, policy, ...counts }]) => ({
      to,
      ...counts,
      ...(why !== undefined && { why }),
      ...(policy !== undefined && { policy }),
    }));
  }

  #of(to: string): Seen {
    const name = to.slice(0, charsMax);
    const seen = this.#seen.get(name) ?? { allowed: 0, refused: 0, lastAt: 0 };
    this.#seen.delete(name);
    this.#seen.set(name, seen);
    seen.lastAt = this.#clock.wall();
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > targetsMax && oldest !== undefined) this.#seen.delete(oldest);
    return seen;
  }
}

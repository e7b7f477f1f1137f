import { networkInterfaces } from 'node:os';
import type { Clock } from '../model/clock.ts';
import { plainAddress } from './policy/addresses.ts';

/** How long they are believed unchanged, ms: to ask takes a tenth of one. */
const believedMs = 1_000;

/** The addresses that this machine has, those of loopback apart. */
export class OwnAddresses {
  readonly #clock: Clock;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #addresses: ReadonlySet<string> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an address in its plainest form is one of them. */
  has(address: string): boolean {
    if (this.#clock.now() - this.#lookedAt > believedMs) this.#look();
    return this.#addresses.has(address);
  }

  #look(): void {
    this.#lookedAt = this.#clock.now();
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const plain = all.flatMap(({ internal, address }) => (internal ? [] : [plainAddress(address)]));
    this.#addresses = new Set(plain.filter((address) => address !== undefined));
  }
}

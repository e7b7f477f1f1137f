import type { HostId, Membership } from '../../contract.ts';

/** What is known of hosts. */
export type HostLiveness = Pick<Membership, 'self' | 'alive' | 'all' | 'hasEnded'>;

/** Which hosts there are, and which were heard lately. */
export class Touch {
  readonly #hosts: HostLiveness;
  readonly #now: () => number;
  readonly #heard = new Map<HostId, number>();

  constructor(hosts: HostLiveness, now: () => number) {
    this.#hosts = hosts;
    this.#now = now;
  }

  heard(host: HostId): void {
    this.#heard.set(host, this.#now());
  }

  /** Those that have not left, silent ones too, but this one. */
  others(): readonly HostId[] {
    const { self } = this.#hosts;
    return this.#hosts.all().flatMap(({ id }) => (id === self.id ? [] : [id]));
  }

  /** Those, and this one. */
  everybody(): readonly HostId[] {
    return [this.#hosts.self.id, ...this.others()];
  }

  /** Of these, the ones that were not heard for so long, ms. */
  silent(ms: number): readonly HostId[] {
    const now = this.#now();
    return this.others().filter((id) => now - (this.#heard.get(id) ?? Number.NEGATIVE_INFINITY) >= ms);
  }

  /** Whether so many of the others, and this one, are more than half of all. */
  areMost(count: number): boolean {
    return 2 * (count + 1) > this.others().length + 1;
  }

  /** It stopped in order: nothing is held there. */
  hasEnded(host: HostId): boolean {
    return this.#hosts.hasEnded(host);
  }

  /** It is on the list of those that are heard by NATS. */
  alive(host: HostId): boolean {
    return this.#hosts.alive().some(({ id }) => id === host);
  }
}

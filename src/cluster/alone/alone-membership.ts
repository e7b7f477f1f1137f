import { ClusterUnavailableError, type HostId, type HostRecord, type Membership } from '../contract.ts';
import type { AskedHosts } from './asked-hosts.ts';

/** What a host without NATS is told who wants it to change what all hosts know. */
function notNow(): ClusterUnavailableError {
  return new ClusterUnavailableError(
    "This host was started while the cluster's NATS servers did not answer, and serves what it knows: nothing of the cluster can be changed here until they do.",
  );
}

/** Who is there, for a host that was started while no NATS server answers: those that it knew and that answer it. It is none of the others' business meanwhile: nothing is given to it. */
export class AloneMembership implements Membership {
  readonly #asked: AskedHosts;
  readonly #others: ReadonlyMap<HostId, HostRecord>;
  #self: HostRecord;

  constructor(self: HostRecord, others: readonly HostRecord[], asked: AskedHosts) {
    this.#self = self;
    this.#others = new Map(others.map((record) => [record.id, record]));
    this.#asked = asked;
  }

  get self(): HostRecord {
    return this.#self;
  }

  alive(): readonly HostRecord[] {
    return this.all().filter(({ id }) => id === this.#self.id || this.#asked.isThere(id));
  }

  all(): readonly HostRecord[] {
    return [...this.#others.values(), this.#self].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  hasEnded(): boolean {
    return false;
  }

  find(id: HostId): HostRecord | undefined {
    return id === this.#self.id ? this.#self : this.#others.get(id);
  }

  onChange(listener: () => void): Disposable {
    return this.#asked.onChange(listener);
  }

  /** The same for the way to other hosts: all of them are there, as they have to be tried to be asked. */
  tried(): Membership {
    const self = (): HostRecord => this.#self;
    return {
      get self() {
        return self();
      },
      alive: () => this.all(),
      all: () => this.all(),
      hasEnded: () => this.hasEnded(),
      find: (id) => this.find(id),
      onChange: (listener) => this.onChange(listener),
      setDraining: () => this.setDraining(),
    };
  }

  /** Where it listens; it is told to nobody. */
  async announce(places: Pick<HostRecord, 'peer' | 'certificate' | 'url'>): Promise<void> {
    this.#self = { ...this.#self, ...places };
  }

  async setDraining(): Promise<void> {
    throw notNow();
  }

  async forget(): Promise<void> {
    throw notNow();
  }

  async leave(): Promise<void> {
    throw notNow();
  }

  /** What it has is told to nobody, and it hears of nobody what he has. */
  carry(): void {
    return undefined;
  }

  onPart(): void {
    return undefined;
  }

  beatNow(): void {
    return undefined;
  }
}

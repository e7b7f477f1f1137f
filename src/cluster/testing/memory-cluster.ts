import type { HostId, HostRecord, Lease, Leases, Membership } from '../contract.ts';
import { TestLease } from './memory-log.ts';

/** Hosts of one process that know of each other, and their leases: for tests of what follows from that. What one host does, all see at once. */
export class MemoryCluster {
  readonly #records: Map<HostId, HostRecord> = new Map();
  readonly #silent: Set<HostId> = new Set();
  readonly #listeners: Set<() => void> = new Set();
  readonly #held: Map<string, { readonly host: HostId; readonly lease: TestLease }> = new Map();
  #epochs = 0n;

  /** A host's view of it. */
  join(id: HostId): { readonly membership: Membership; readonly leases: Leases } {
    const self: HostRecord = {
      id,
      name: id,
      peer: { host: '127.0.0.1', port: 1 },
      certificate: '',
      url: 'http://127.0.0.1:1',
      release: '0',
      protocol: { min: 1, max: 1 },
      startedAt: 0,
    };
    this.#records.set(id, self);
    const onChange = (listener: () => void): Disposable => {
      this.#listeners.add(listener);
      return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
    };
    const membership: Membership = {
      self,
      alive: () => [...this.#records.values()].filter((one) => !this.#silent.has(one.id)),
      all: () => [...this.#records.values()],
      hasEnded: () => false,
      find: (host) => this.#records.get(host),
      onChange,
      setDraining: async (draining) => {
        this.#records.set(id, { ...self, ...(draining && { draining }) });
        this.#changed();
      },
    };
    this.#changed();
    return {
      membership,
      leases: { take: async (name) => this.#take(id, name), holderOf: (name) => this.#holderOf(name), onChange },
    };
  }

  /** It is not heard any more; what it held is free when this says so. */
  kill(id: HostId, leasesRunOut = true): void {
    this.#silent.add(id);
    if (leasesRunOut) this.runOut(id);
    this.#changed();
  }

  /** Its leases have run out, as everybody sees it. */
  runOut(id: HostId): void {
    for (const { host, lease } of [...this.#held.values()]) if (host === id) void lease.release();
  }

  /** Its leases cannot be renewed for now, or can again. */
  suspend(id: HostId, isSuspended: boolean): void {
    for (const { host, lease } of this.#held.values())
      if (host === id) {
        if (isSuspended) lease.suspend();
        else lease.resume();
      }
    if (!isSuspended) this.#changed();
  }

  #holderOf(name: string): { readonly host: HostId; readonly epoch: bigint } | undefined {
    const held = this.#held.get(name);
    return held === undefined ? undefined : { host: held.host, epoch: held.lease.epoch };
  }

  #take(host: HostId, name: string): Lease | undefined {
    if (this.#held.has(name)) return undefined;
    const lease = new TestLease(name, ++this.#epochs);
    this.#held.set(name, { host, lease });
    lease.over.addEventListener('abort', () => {
      this.#held.delete(name);
      this.#changed();
    });
    this.#changed();
    return lease;
  }

  /** As it is with what comes over a network: not within the call that changes it. */
  #changed(): void {
    for (const listener of this.#listeners) setImmediate(listener);
  }
}

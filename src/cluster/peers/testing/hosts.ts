import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../model/clock.ts';
import type { HostId, HostRecord, Membership } from '../../contract.ts';
import { hostCertificate } from '../certificate.ts';
import { HostPeers } from '../host-peers.ts';
import { protocolVersions } from '../../protocol-version.ts';

/** Hosts that know each other by hand: who is heard is said by the test. */
export class HostBook {
  readonly #records = new Map<HostId, HostRecord>();
  readonly #silent = new Set<HostId>();
  readonly #listeners = new Set<() => void>();

  set(record: HostRecord): void {
    this.#records.set(record.id, record);
    this.changed();
  }

  setSilent(id: HostId, silent: boolean): void {
    if (silent) this.#silent.add(id);
    else this.#silent.delete(id);
    this.changed();
  }

  forget(id: HostId): void {
    this.#records.delete(id);
    this.changed();
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** As one of them sees it. */
  seenBy(id: HostId): Membership {
    const self = this.#records.get(id);
    if (self === undefined) throw new Error(`There is no ${id}.`);
    const alive = (): HostRecord[] =>
      [...this.#records.values()]
        .filter((one) => !this.#silent.has(one.id))
        .toSorted((one, other) => one.id.localeCompare(other.id));
    return {
      self,
      alive,
      hasEnded: () => false,
      all: () => [...this.#records.values()],
      find: (host) => this.#records.get(host),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
      setDraining: async () => undefined,
    };
  }
}

/** One host of a test. */
export interface TestHost {
  readonly id: HostId;
  readonly peers: HostPeers;
  readonly home: string;
  /** It listens, and all know it. */
  join(): Promise<void>;
}

/** Makes hosts that find each other on this machine; nothing of them is left afterwards. `join` is the test's, when handlers are there. */
export async function testHosts(
  count: number,
  undo: AsyncDisposableStack,
  known: HostBook = new HostBook(),
): Promise<TestHost[]> {
  const hosts: TestHost[] = [];
  for (let n = 1; n <= count; n++) hosts.push(await testHost(`h-${String(n).padStart(16, '0')}`, undo, known));
  return hosts;
}

/** One host. */
export async function testHost(id: HostId, undo: AsyncDisposableStack, known: HostBook): Promise<TestHost> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-peer-'));
  undo.defer(() => rm(home, { recursive: true, force: true }));
  const own = await hostCertificate(home, id);
  const peers = undo.use(new HostPeers(own, systemClock));
  return {
    id,
    peers,
    home,
    join: async () => {
      const peer = await peers.listen('127.0.0.1', 0);
      known.set({
        id,
        name: id,
        peer,
        certificate: own.sha256,
        url: 'http://127.0.0.1:1',
        release: 'test',
        protocol: protocolVersions,
        startedAt: 1,
      });
      peers.join(known.seenBy(id));
    },
  };
}

import type { HostId, HostRecord } from '../contract.ts';
import { commonProtocol, protocolVersions } from '../protocol-version.ts';
import type { KnownRecord } from './missed-records.ts';
import type { StoredRecord } from './stored-record.ts';

/** What is known of a host beside whether it is heard. */
interface Known {
  readonly stored: StoredRecord;
  readonly revision: number;
}

/** Records of hosts, as the bucket has them. */
export class HostRecords {
  readonly #known = new Map<HostId, Known>();

  /** Gives whether it is news. */
  note(id: HostId, stored: StoredRecord, revision: number): boolean {
    if ((this.#known.get(id)?.revision ?? 0) >= revision) return false;
    this.#known.set(id, { stored, revision });
    return true;
  }

  forget(id: HostId): boolean {
    return this.#known.delete(id);
  }

  find(id: HostId): StoredRecord | undefined {
    return this.#known.get(id)?.stored;
  }

  /** Which record is known of it. */
  recordOf(id: HostId): KnownRecord | undefined {
    const known = this.#known.get(id);
    return known && { process: known.stored.process, revision: known.revision };
  }

  /** Whether a process is the last of a host. */
  isLast(id: HostId, process: string | undefined): boolean {
    return process !== undefined && this.find(id)?.process === process;
  }

  /** Whether they are heard or not, ordered by id. */
  all(self: HostRecord): readonly HostRecord[] {
    const others = [...this.#known.values()].map(({ stored }) => stored.record).filter(({ id }) => id !== self.id);
    return [...others, self].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Those whose protocol this release can speak and that `heard` says are there, ordered by id. */
  alive(self: HostRecord, heard: (id: HostId, process: string) => boolean): readonly HostRecord[] {
    const others = [...this.#known.values()]
      .map(({ stored }) => stored)
      .filter(({ record, process }) => record.id !== self.id && speaks(record) && heard(record.id, process))
      .map(({ record }) => record);
    return [...others, self].sort((one, other) => (one.id < other.id ? -1 : 1));
  }
}

/** Whether this release has a protocol in common with a host. */
export function speaks({ protocol }: Pick<HostRecord, 'protocol'>): boolean {
  return commonProtocol(protocolVersions, protocol) !== undefined;
}

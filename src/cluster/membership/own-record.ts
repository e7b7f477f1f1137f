import type { HostRecord } from '../contract.ts';
import type { StoredRecord } from './stored-record.ts';

/** The entry by this host's id, which another process may have written too: of two the later one is the host. */
export class OwnRecord {
  readonly #process: string;
  /** Of what this process wrote. */
  #revision = 0;
  #other: { readonly record: HostRecord; readonly revision: number } | undefined;

  constructor(process: string) {
    this.#process = process;
  }

  /** 0 before it wrote any. */
  get revision(): number {
    return this.#revision;
  }

  wrote(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  saw({ process, record }: StoredRecord, revision: number): void {
    if (process !== this.#process && revision > (this.#other?.revision ?? 0)) this.#other = { record, revision };
  }

  /** Who wrote later than this process; what an earlier process wrote may be told later, and is none. */
  get rival(): HostRecord | undefined {
    return this.#other !== undefined && this.#other.revision > this.#revision ? this.#other.record : undefined;
  }
}

/** What a process is told that is no longer the host. */
export function secondHost({ id, name, url }: HostRecord): Error {
  return new Error(
    `Another host of the cluster (${name}, ${url}) has the id ${id} of this one, as with a copied home. This one stops: remove \`host-id\` and what is in the home of the copy, then start it again.`,
  );
}

import { RevisionConflictError } from '../../model/sharing.ts';
import { Allowance } from '../lifetime/allowance.ts';
import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import type { Wait } from '../waiting/wait.ts';
import { Entry } from './entry.ts';

/** A key's value and its revision; no value has the revision 0n. */
export interface Version {
  readonly rev: bigint;
  readonly value: Uint8Array | null;
}

/** What a write asks for besides. */
export interface PutOptions {
  /** The revision that there must be; 0n: none. */
  readonly ifRev?: bigint;
  /** How long the value stays; without it until it is deleted, also where the value before had one. */
  readonly ttlMs?: number;
}

const none: Version = { rev: 0n, value: null };

/** Values by key. No revision comes twice in an account, so one that was read names one value for ever. */
export class Dict implements SharedObject {
  readonly spent = false;
  readonly #home: Home;
  readonly #entries = new Map<string, Entry>();
  readonly #watching = new Map<string, Set<Wait<Version>>>();
  readonly #count: Allowance;

  constructor(home: Home, entriesMax: number) {
    this.#home = home;
    this.#count = new Allowance(`keys in ${home.label}`, entriesMax);
  }

  get empty(): boolean {
    return this.#entries.size === 0 && this.#watching.size === 0;
  }

  get(key: string): Version {
    const entry = this.#entries.get(key);
    if (entry?.expired !== true) return entry ?? none;
    this.#remove(key, entry);
    return none;
  }

  /** The new revision. Throws RevisionConflictError, and SharingError `limit`; then nothing has changed. */
  put(key: string, given: Uint8Array, options: PutOptions): bigint {
    this.#checkRevision(key, options.ifRev);
    const before = this.#entries.get(key);
    const bytes = key.length * 2 + given.length;
    if (before === undefined) this.#count.take(1);
    try {
      this.#home.bytes.take(bytes - (before?.bytes ?? 0));
    } catch (error) {
      if (before === undefined) this.#count.giveBack(1);
      throw error;
    }
    before?.[Symbol.dispose]();
    const entry: Entry = new Entry(
      this.#home.nextNumber(),
      // Copied: what came may be part of a larger buffer, which would be kept with it.
      new Uint8Array(given),
      bytes,
      this.#home.clock,
      options.ttlMs,
      () => this.#expire(key, entry),
    );
    this.#entries.set(key, entry);
    this.#tell(key, entry);
    return entry.rev;
  }

  /** Whether there was a value. Throws RevisionConflictError. */
  delete(key: string, ifRev?: bigint): boolean {
    this.#checkRevision(key, ifRev);
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#remove(key, entry);
    return entry !== undefined;
  }

  /** The newest version, once it is another than the one `seen`. Whoever asks seldom misses those between. */
  watch(caller: Caller, key: string, seen: bigint): Version | Promise<Version> {
    const now = this.get(key);
    if (now.rev !== seen) return now;
    const wait = caller.wait<Version>(() => {
      const waits = this.#watching.get(key);
      waits?.delete(wait);
      if (waits?.size === 0) this.#watching.delete(key);
    });
    this.#watching.set(key, (this.#watching.get(key) ?? new Set()).add(wait));
    return wait.promise;
  }

  #checkRevision(key: string, ifRev: bigint | undefined): void {
    const { rev } = this.get(key);
    if (ifRev === undefined || ifRev === rev) return;
    const words = (number: bigint): string => (number === 0n ? 'no value' : `revision ${number}`);
    throw new RevisionConflictError(
      `Key ${JSON.stringify(key)} of ${this.#home.label} has ${words(rev)}, where ${words(ifRev)} was expected.`,
      rev,
    );
  }

  #expire(key: string, entry: Entry): void {
    this.#remove(key, entry);
    this.#home.changed();
  }

  #remove(key: string, entry: Entry): void {
    entry[Symbol.dispose]();
    this.#entries.delete(key);
    this.#count.giveBack(1);
    this.#home.bytes.giveBack(entry.bytes);
    this.#tell(key, none);
  }

  #tell(key: string, version: Version): void {
    const waits = this.#watching.get(key);
    this.#watching.delete(key);
    for (const wait of waits ?? []) wait.grant(version);
  }
}

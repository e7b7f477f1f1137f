import type { LeaseEntry, SeenEntry } from './entry.ts';

/**
 * Where leases are kept: entries by name, each with a revision that grows with every write of any of them. A write is only carried out where the entry still has the
 * revision that the writer expects; everything else of it may fail, or come late.
 */
export interface LeaseStore {
  /**
   * Writes an entry whose revision is `expected` (0: there is none), and gives its new one. Throws LeaseConflictError where it is another's: this write was not carried out. Throws
   * ClusterUnavailableError where nobody answered in time: it may have been, or may still be.
   */
  write(name: string, entry: LeaseEntry, expected: number): Promise<number>;
  /** What some server believes that it is: may be old. Throws ClusterUnavailableError. */
  read(name: string): Promise<SeenEntry | undefined>;
  /** Writes something that is nobody's, and resolves when that was carried out. Throws ClusterUnavailableError where nobody answered in time. */
  prove(): Promise<void>;
  /** Tells what there is, and each change, as far as it gets to know; begins anew where `watch` is called again. */
  watch(onEntry: (name: string, entry: SeenEntry) => void): void;
  /** Ends watching. */
  close(): Promise<void>;
}

/** The entry has another revision than was expected. */
export class LeaseConflictError extends Error {
  override readonly name = 'LeaseConflictError';
}

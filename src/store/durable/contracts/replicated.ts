/** What one commit of the store's thread has changed: enough to make the same of a copy of the database before it. */
export interface Change {
  /** Of SQLite (https://www.sqlite.org/sessionintro.html). */
  readonly changeset: Uint8Array;
  /**
   * The highest ids that were ever given in tables that never give one again, as far as they are new. No changeset has them; where a row came and went in one commit, nothing
   * else of it is left.
   */
  readonly highest: readonly (readonly [table: string, id: number])[];
}

/** Keeps what a store's thread has committed somewhere else, too, before anybody is told what came of it. */
export interface Replication {
  /**
   * Called for each commit, in order; without a change where it only read. Resolves when all changes up to it are kept. What it rejects with, those get whose
   * commit it was, and nothing more should be asked.
   */
  keep(change: Change | undefined): Promise<void>;
}

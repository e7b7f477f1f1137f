import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../contracts/replicated.ts';

/** Finds what a database's commits change. */
export class Capture {
  readonly #database: DatabaseSync;
  readonly #sequences;
  readonly #known: Map<string, number> = new Map();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sequences = database.prepare('SELECT name, seq FROM sqlite_sequence');
    this.#newHighest();
  }

  /** Does some work, and gives with what came of it what it changed: undefined for nothing. */
  of<T>(work: () => T): { readonly made: T; readonly change: Change | undefined } {
    // What triggers do is in it, too; what was rolled back is not.
    const session = this.#database.createSession();
    try {
      const made = work();
      const changeset = session.changeset();
      const highest = this.#newHighest();
      return { made, change: changeset.length + highest.length === 0 ? undefined : { changeset, highest } };
    } finally {
      session.close();
    }
  }

  #newHighest(): (readonly [string, number])[] {
    const found: (readonly [string, number])[] = [];
    for (const { name, seq } of this.#sequences.all()) {
      const [table, id] = [String(name), Number(seq)];
      if (this.#known.get(table) === id) continue;
      this.#known.set(table, id);
      found.push([table, id]);
    }
    return found;
  }
}

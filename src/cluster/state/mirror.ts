import { constants, type DatabaseSync } from 'node:sqlite';
import type { LogPosition } from '../contract.ts';
import { storeTables, type ChangedRow } from '../../store/changes-contract.ts';
import { noteChanges, tableNames, takeChanges } from '../../store/sqlite/changed-rows.ts';
import { openDatabase } from '../../store/sqlite/open.ts';
import { sqliteTables, type SqliteTables } from '../../store/sqlite/tables.ts';
import type { StateEntry } from './entry.ts';

/** What a method would change, and what it gives or throws. */
export interface Draft<Result> {
  readonly outcome: PromiseSettledResult<Result>;
  /** Empty where it changes nothing. */
  readonly changeset: Uint8Array;
}

/**
 * The cluster's state as far as it is known here: a store in SQLite that only ever takes what the log has, each entry in one transaction with the position at which it
 * lies. Two connections have it. One is read from. On the other a method is tried out, what it changes is taken as a changeset, and all of it is taken back: so the
 * methods are the same as without a cluster, and nobody reads what is not yet true.
 */
export class Mirror implements Disposable {
  /** To be read only. */
  readonly served: SqliteTables;
  readonly schema: number;
  readonly #serving: DatabaseSync;
  readonly #drafting: DatabaseSync;
  readonly #drafts: SqliteTables;
  #position: LogPosition;

  /** Opens the database at a path, and makes it where it is missing. */
  constructor(path: string) {
    this.#serving = openDatabase(path);
    // What the log has is not lost with the last transactions of a mirror. Changesets say themselves what goes along with a row.
    this.#serving.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF');
    this.#serving.exec(
      'CREATE TABLE IF NOT EXISTS replicated (one INTEGER PRIMARY KEY CHECK (one = 1), position TEXT NOT NULL) STRICT',
    );
    this.#drafting = openDatabase(path);
    this.schema = Number(this.#serving.prepare('PRAGMA user_version').get()?.['user_version']);
    for (const database of [this.#serving, this.#drafting]) noteChanges(database);
    this.served = sqliteTables(this.#serving);
    this.#drafts = sqliteTables(this.#drafting);
    const row = this.#serving.prepare('SELECT position FROM replicated').get();
    this.#position = BigInt(String(row?.['position'] ?? '0'));
  }

  /** Of the last entry that is in it. */
  get position(): LogPosition {
    return this.#position;
  }

  /** Whether anything of a log has ever been taken. */
  get begun(): boolean {
    return this.#position > 0n;
  }

  /** Tries a method. Nothing else may be applied or drafted until it resolves. */
  async draft<Result>(method: (store: SqliteTables) => Promise<Result>): Promise<Draft<Result>> {
    const database = this.#drafting;
    database.exec('BEGIN IMMEDIATE');
    const session = database.createSession();
    try {
      const [outcome] = await Promise.allSettled([method(this.#drafts)]);
      return { outcome, changeset: outcome.status === 'fulfilled' ? session.changeset() : new Uint8Array() };
    } finally {
      session.close();
      const rows = takeChanges(database);
      database.exec('ROLLBACK');
      this.#drafts.reread(rows);
    }
  }

  /** Takes an entry. Throws, and has taken nothing, where it does not fit what is there: then this is no mirror any more. */
  apply({ schema, changeset }: StateEntry, position: LogPosition): readonly ChangedRow[] {
    if (schema > this.schema)
      throw new Error(
        `A newer Heddle has changed the cluster's state (schema ${schema}; this one knows up to ${this.schema}). Upgrade this host.`,
      );
    return this.#change(position, () => {
      const fits = this.#serving.applyChangeset(changeset, { onConflict: () => constants.SQLITE_CHANGESET_ABORT });
      if (!fits)
        throw new Error(`What lies at ${position} of the log of the cluster's state does not fit what is here.`);
    });
  }

  /** Takes what a snapshot has in place of all that is here. */
  replaceBy(file: string, position: LogPosition): readonly ChangedRow[] {
    // To the schema of this program; throws where it is a newer one's.
    openDatabase(file).close();
    const database = this.#serving;
    database.prepare('ATTACH ? AS snapshot').run(file);
    try {
      return this.#change(position, () => {
        for (const table of tableNames.toReversed()) {
          const key = storeTables[table].join(', ');
          database.exec(`DELETE FROM main.${table} WHERE (${key}) NOT IN (SELECT ${key} FROM snapshot.${table})`);
        }
        for (const table of tableNames)
          database.exec(
            `INSERT OR REPLACE INTO main.${table} SELECT * FROM snapshot.${table} EXCEPT SELECT * FROM main.${table}`,
          );
      });
    } finally {
      database.exec('DETACH snapshot');
    }
  }

  /** Writes all of it into a file that is not there yet. */
  saveTo(file: string): void {
    this.#serving.prepare('VACUUM INTO ?').run(file);
  }

  [Symbol.dispose](): void {
    this.#drafting.close();
    this.#serving.close();
  }

  #change(position: LogPosition, work: () => void): readonly ChangedRow[] {
    const database = this.#serving;
    database.exec('BEGIN IMMEDIATE');
    let rows: readonly ChangedRow[];
    try {
      work();
      database.prepare('INSERT OR REPLACE INTO replicated VALUES (1, ?)').run(`${position}`);
      rows = takeChanges(database);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
    this.#position = position;
    for (const tables of [this.served, this.#drafts]) tables.reread(rows);
    return rows;
  }
}

import type { DatabaseSync } from 'node:sqlite';

/** A table of what is of functions and goes with them: the database deletes that itself, and then what is in memory is forgotten. */
export interface OfFunctions {
  forget(account: string, name: string): void;
}

/** All of these, or none; as a part of a transaction that there is already, where there is one. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  const within = database.isTransaction;
  database.exec(within ? 'SAVEPOINT part' : 'BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec(within ? 'RELEASE part' : 'COMMIT');
    return result;
  } catch (error) {
    database.exec(within ? 'ROLLBACK TO part; RELEASE part' : 'ROLLBACK');
    throw error;
  }
}

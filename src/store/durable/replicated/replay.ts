import { constants, type DatabaseSync } from 'node:sqlite';
import type { Change } from '../contracts/replicated.ts';

/**
 * Applies changes to a database that has what was before them. In one transaction, as its triggers have to be away for it: what they did is in the changes, and they would do it once more.
 * Throws where the database is not what the changes were made from: nothing of it is there then.
 */
export function replay(database: DatabaseSync, changes: readonly Change[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const triggers = database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER "${String(name)}"`);
    for (const change of changes) apply(database, change);
    for (const { sql } of triggers) database.exec(String(sql));
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(database: DatabaseSync, { changeset, highest }: Change): void {
  let conflict: number | undefined;
  const onConflict = (kind: number): number => {
    conflict = kind;
    return constants.SQLITE_CHANGESET_ABORT;
  };
  if (changeset.length > 0 && !database.applyChangeset(changeset, { onConflict }))
    throw new Error(
      `What was committed elsewhere does not fit to this copy of the durable store (conflict ${conflict ?? 'unknown'} of SQLite's sessions).`,
    );
  for (const [table, id] of highest) {
    const known = database.prepare('UPDATE sqlite_sequence SET seq = ? WHERE name = ?').run(id, table);
    if (known.changes === 0) database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, id);
  }
}

/** The versions of a database's tables, as text that can be compared. */
export function schemaOf(database: DatabaseSync): string {
  const hasParts = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'parts'`).get() !== undefined;
  return hasParts ? JSON.stringify(database.prepare('SELECT name, version FROM parts ORDER BY name').all()) : '';
}

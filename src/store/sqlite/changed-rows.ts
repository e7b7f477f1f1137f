import type { DatabaseSync } from 'node:sqlite';
import { storeTables, type ChangedRow, type StoreTable } from '../changes-contract.ts';

/** All tables, those that others refer to first. */
export const tableNames: readonly StoreTable[] = Object.keys(storeTables).filter(isTable);

/** Has a connection note which rows it changes, however it changes them. */
export function noteChanges(database: DatabaseSync): void {
  database.exec('CREATE TEMP TABLE changed_rows (of_table TEXT NOT NULL, of_key TEXT NOT NULL) STRICT');
  for (const table of tableNames)
    for (const [event, row] of [
      ['INSERT', 'NEW'],
      ['UPDATE', 'NEW'],
      ['DELETE', 'OLD'],
    ] as const) {
      const key = storeTables[table].map((column) => `CAST(${row}.${column} AS TEXT)`).join(', ');
      database.exec(
        `CREATE TEMP TRIGGER ${table}_${event} AFTER ${event} ON main.${table} BEGIN
           INSERT INTO changed_rows VALUES ('${table}', json_array(${key}));
         END`,
      );
    }
}

/** What was changed since it was asked for last, or since the transaction began that is taken back now. */
export function takeChanges(database: DatabaseSync): readonly ChangedRow[] {
  const rows = database.prepare('SELECT DISTINCT of_table, of_key FROM temp.changed_rows').all();
  database.exec('DELETE FROM temp.changed_rows');
  return rows.flatMap((row): ChangedRow[] => {
    const table = String(row['of_table']);
    const key: unknown = JSON.parse(String(row['of_key']));
    return isTable(table) && Array.isArray(key) ? [{ table, key: key.map(String) }] : [];
  });
}

function isTable(name: string): name is StoreTable {
  return Object.hasOwn(storeTables, name);
}

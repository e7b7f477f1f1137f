import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** A column that holds JSON of ours, as text; `null` in JSON where it holds nothing. */
export function jsonIn(row: Row | undefined, name: string): string {
  const text = row?.[name];
  return typeof text === 'string' ? text : 'null';
}

/** The other way round. */
export function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

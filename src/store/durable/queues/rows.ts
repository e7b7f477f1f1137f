import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A column that is a whole number. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`The column ${column} is no number.`);
  return value;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`The column ${column} is no text.`);
  return value;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`The column ${column} holds no bytes.`);
  return value;
}

/** A member of that name, where the column is not null. */
export function optionalText<Name extends string>(
  row: Row,
  column: string,
  name: Name,
): { readonly [K in Name]?: string } {
  const member: { [K in Name]?: string } = {};
  if (row[column] !== null) member[name] = text(row, column);
  return member;
}

export function optionalInteger<Name extends string>(
  row: Row,
  column: string,
  name: Name,
): { readonly [K in Name]?: number } {
  const member: { [K in Name]?: number } = {};
  if (row[column] !== null) member[name] = integer(row, column);
  return member;
}

/** Texts by name, as this service wrote them. */
export function texts(row: Row, column: string): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(text(row, column));
  if (typeof value !== 'object' || value === null) throw new TypeError(`The column ${column} is no object.`);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

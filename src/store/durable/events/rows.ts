import type { Attempt } from '../contracts/events.ts';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

export function numberOf(row: Row | undefined, name: string): number {
  return Number(row?.[name] ?? 0);
}

export function textOf(row: Row, name: string): string {
  return String(row[name]);
}

export function bytesOf(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array)) throw new TypeError(`The column ${name} holds no bytes.`);
  return value;
}

/** Attempts of an event that are remembered: the first, and the newest. */
const attemptsMax = 20;
const errorLengthMax = 500;

/** The same, with one more. */
export function withAttempt(json: string, attempt: Attempt): string {
  const attempts = attemptsOf(json);
  const { error } = attempt;
  attempts.push(error === undefined ? attempt : { ...attempt, error: error.slice(0, errorLengthMax) });
  if (attempts.length > attemptsMax) attempts.splice(1, 1);
  return JSON.stringify(attempts);
}

export function attemptsOf(json: string): Attempt[] {
  const attempts: Attempt[] = JSON.parse(json);
  return attempts;
}

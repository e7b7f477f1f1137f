// What JSON that this service wrote holds. Whatever throws here means that somebody else wrote it.

/** An object, nothing known of its members. */
export function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('A part of a stored record is no object.');
  return Object.fromEntries(Object.entries(value));
}

export function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A part of a stored record is no string.');
  return value;
}

export function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('A part of a stored record is no number.');
  return value;
}

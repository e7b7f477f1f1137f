import { ProtocolError } from '../model/errors.ts';
import { shown } from '../protocol/validate.ts';

// What another host has sent is looked at field by field: it may be of another release.

/** Fields of a map that another host has sent; nothing known of them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields of a map. Throws ProtocolError for anything else. */
export function fieldsOf(value: unknown): Fields {
  if (isMap(value)) return value;
  throw new ProtocolError(`Another host sent ${shown(value)} where a map should be.`);
}

/** The same where what has none is told by what it lacks. */
export function fieldsOrNone(value: unknown): Fields {
  return isMap(value) ? value : {};
}

/** Throws ProtocolError. */
export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw wrong(name, 'a text', value);
}

/** A finite number. Throws ProtocolError. */
export function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(name, 'a number', value);
}

/** A number from 0 on; Infinity is one. Throws ProtocolError. */
export function amountIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= 0) return value;
  throw wrong(name, 'a number from 0 on', value);
}

/** A whole number from 0 on. Throws ProtocolError. */
export function countIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(name, 'a whole number', value);
}

/** Throws ProtocolError. */
export function flagIn(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false', value);
}

/** A list of at most so many. Throws ProtocolError. */
export function listIn(fields: Fields, name: string, lengthMax: number): readonly unknown[] {
  return listOf(fields[name], lengthMax, name);
}

/** The same of a list that is no field. Throws ProtocolError. */
export function listOf(value: unknown, lengthMax: number, name = 'answer'): readonly unknown[] {
  if (Array.isArray(value) && value.length <= lengthMax) return value;
  const is = Array.isArray(value) ? `a list of ${value.length}` : shown(value);
  throw new ProtocolError(`'${name}' of another host should be a list of at most ${lengthMax}, and is ${is}.`);
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** For a field that is not as it should be. */
export function wrong(name: string, should: string, value: unknown): ProtocolError {
  return new ProtocolError(`'${name}' of what another host sent should be ${should}, and is ${describe(value)}.`);
}

function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : shown(value);
}

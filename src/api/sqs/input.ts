import type { JsonInput } from '../json-input.ts';
import { missingParameter, SqsError } from './errors.ts';

/** A text; undefined where it is missing or null. Throws SerializationException, as all of these do. */
export function textIn(input: JsonInput, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(name, 'a string');
}

/** A text that must be there. Throws MissingRequiredParameterException, too. */
export function requiredText(input: JsonInput, name: string): string {
  const value = textIn(input, name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

/** A whole number, also as text: by the query protocol there is nothing else. */
export function integerIn(input: JsonInput, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw wrongType(name, 'a whole number');
}

/** A list; empty where it is missing or null. */
export function listIn(input: JsonInput, name: string): readonly unknown[] {
  const value = input[name] ?? [];
  if (Array.isArray(value)) return value;
  throw wrongType(name, 'a list');
}

/** A list of texts. */
export function textsIn(input: JsonInput, name: string): readonly string[] {
  return listIn(input, name).map((value) => {
    if (typeof value === 'string') return value;
    throw wrongType(name, 'a list of strings');
  });
}

/** Texts by name. */
export function mapIn(input: JsonInput, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectIn(input, name)).map(([key, value]) => {
      if (typeof value === 'string') return [key, value];
      throw wrongType(name, 'a map of strings');
    }),
  );
}

/** An object; empty where it is missing or null. */
export function objectIn(input: JsonInput, name: string): JsonInput {
  return asObject(input[name] ?? {}, name);
}

/** What should be an object; `name`: where it stands. */
export function asObject(value: unknown, name: string): JsonInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(name, 'an object');
  return Object.fromEntries(Object.entries(value));
}

function wrongType(name: string, should: string): SqsError {
  return new SqsError('SerializationException', `The member ${name} must be ${should}.`);
}

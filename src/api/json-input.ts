import { isUtf8 } from 'node:buffer';
import { constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';

/** A request's JSON object, not yet checked any further. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** Bodies that were read already: a request is checked by the model before its operation reads it, and may carry a zip. */
const read = new WeakMap<Uint8Array, JsonInput>();

/** Reads a request body. Throws InvalidRequestContentException where it is not a JSON object. */
export function jsonInput(body: Uint8Array): JsonInput {
  const known = read.get(body);
  if (known !== undefined) return known;
  const value = body.length === 0 ? {} : parseJson(body);
  if (!isObject(value))
    throw new ApiError(
      'InvalidRequestContentException',
      'Could not parse request body into json: it is not an object.',
    );
  read.set(body, value);
  return value;
}

/** Throws InvalidRequestContentException with the parser's reason. */
export function parseJson(body: Uint8Array): unknown {
  try {
    if (!isUtf8(body)) throw new SyntaxError('it is not UTF-8.');
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, {
      cause,
    });
  }
}

/** A member that is absent, null, or a string. */
export function optionalString(input: JsonInput, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(name, 'a string');
}

export function requiredString(input: JsonInput, name: string): string {
  const value = optionalString(input, name);
  if (value === undefined) throw constraintError(memberName(name), null, 'Member must not be null');
  return value;
}

/** A member that is absent, null, or a whole number. */
export function optionalInteger(input: JsonInput, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw wrongType(name, 'a whole number');
}

export function optionalBoolean(input: JsonInput, name: string): boolean {
  const value = input[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw wrongType(name, 'true or false');
}

export function optionalObject(input: JsonInput, name: string): JsonInput | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, 'an object');
}

/** A member that is absent, null, or an object whose values are strings. */
export function optionalStrings(input: JsonInput, name: string): Readonly<Record<string, string>> | undefined {
  const object = optionalObject(input, name);
  if (object === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (typeof value !== 'string') throw wrongType(`${name}.${key}`, 'a string');
      return [key, value];
    }),
  );
}

/** `MemorySize` → `memorySize`: how AWS spells members in its refusals. */
export function memberName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isObject(value: unknown): value is JsonInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(name: string, should: string): ApiError {
  return new ApiError('InvalidRequestContentException', `The member '${memberName(name)}' must be ${should}.`);
}

import { ApiError } from '../../../api/errors.ts';
import { optionalInteger, optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { LogEvent } from './log-events.ts';

/** What AWS answers with at most: messages in UTF-8, and some bytes around each. */
const bytesMax = 1_048_576;
const bytesAround = 26;

/** A whole number in a range; a given one where it is not said. Throws InvalidParameterException. */
export function numberIn(
  input: JsonInput,
  name: string,
  range: readonly [min: number, max: number],
  otherwise: number,
): number {
  const value = optionalInteger(input, name) ?? otherwise;
  const [min, max] = range;
  if (value >= min && value <= max) return value;
  throw new ApiError('InvalidParameterException', `${name} must be from ${min} to ${max}; it is ${value}.`);
}

/** The time that a request speaks of: both ends included at the beginning, as AWS has it, and not at the end. */
export function spanOf(input: JsonInput): { readonly startMs: number; readonly endMs: number } {
  const time = [0, Number.MAX_SAFE_INTEGER] as const;
  return {
    startMs: numberIn(input, 'startTime', time, 0),
    endMs: numberIn(input, 'endTime', time, Number.MAX_SAFE_INTEGER),
  };
}

/** So many of the first events as fit into an answer. */
export function fitting(events: Iterable<LogEvent>, countMax: number): readonly LogEvent[] {
  const page: LogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    bytes += Buffer.byteLength(event.message) + bytesAround;
    if (page.length === countMax || (bytes > bytesMax && page.length > 0)) break;
    page.push(event);
  }
  return page;
}

/** Where a list goes on, as clients give it back: they are to see nothing in it. */
export function tokenOf(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** The position in a token; undefined where there is none. Throws InvalidParameterException for what is no token of ours. */
export function positionIn(input: JsonInput, name = 'nextToken'): string | undefined {
  const token = optionalString(input, name);
  if (token === undefined) return undefined;
  const position = Buffer.from(token, 'base64url').toString();
  if (position !== '' && tokenOf(position) === token) return position;
  throw new ApiError('InvalidParameterException', `The specified ${name} is invalid.`);
}

/** A page of a list in order of names, and the token of the next. */
export function namedPage<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  input: JsonInput,
  countMax: number,
): { readonly page: readonly T[]; readonly next: { readonly nextToken?: string } } {
  const after = positionIn(input);
  const limit = numberIn(input, 'limit', [1, countMax], countMax);
  const at = after === undefined ? 0 : all.findIndex((one) => nameOf(one) === after) + 1;
  const page = all.slice(at, at + limit);
  const last = page.at(-1);
  return { page, next: last === undefined || at + limit >= all.length ? {} : { nextToken: tokenOf(nameOf(last)) } };
}

import { limits } from '../model/limits.ts';
import { ApiError } from './errors.ts';
import { optionalInteger, requiredString, type JsonInput } from './json-input.ts';

/** Calls that somebody says will come. */
export interface Hint {
  /** Name, `name:qualifier` or ARN. */
  readonly function: string;
  /** How many at once. */
  readonly count: number;
  /** From now on, ms. */
  readonly withinMs: number;
}

/** Where nothing is said. */
const usualCount = 1;
const usualWithinMs = 30_000;
/** Hints of one header, and its length, UTF-16 units. */
const hintsPerHeaderMax = 16;
const headerUnitsMax = 2_048;

/** The header of an invocation that says which others follow from it, and the one of its answer that says what came of that. */
export const expectHeader = 'heddle-expect';
export const expectedHeader = 'heddle-expected';

/** What a header has to look like. */
const form = `${expectHeader} is a list of NAME=COUNT;within=TIME, such as "resize=3;within=10s, notify"`;

/** Reads a hint from a request's body: `function`, `count` and `withinMs`. Throws ApiError. */
export function readHint(input: JsonInput): Hint {
  return checkedHint({
    function: requiredString(input, 'function'),
    count: optionalInteger(input, 'count') ?? usualCount,
    withinMs: optionalInteger(input, 'withinMs') ?? usualWithinMs,
  });
}

/** Checks count and time. Throws InvalidParameterValueException. */
export function checkedHint(hint: Hint): Hint {
  inRange('count', hint.count, 1, limits.hintedCallsMax);
  inRange('withinMs', hint.withinMs, limits.expectedMsMin, limits.expectedMsMax);
  return hint;
}

/** Reads the header, such as `resize=3;within=10s, notify`: without a count it is one call, without a time 30 s. Throws InvalidParameterValueException. */
export function parseExpectHeader(text: string): readonly Hint[] {
  if (text.length > headerUnitsMax)
    throw invalid(`${form}, of at most ${headerUnitsMax} characters; it has ${text.length}.`);
  const items = text.split(',').map((item) => item.trim());
  if (items.length > hintsPerHeaderMax)
    throw invalid(`${form}, of at most ${hintsPerHeaderMax} names; it has ${items.length}.`);
  return items.map((item) => {
    const match = /^([a-zA-Z0-9$:_.-]{1,256})(?:=(\d{1,9}))?(?:;\s*within=(\d{1,9})(ms|s|m))?$/.exec(item);
    const name = match?.[1];
    if (match === null || name === undefined) throw invalid(`${form}; "${item.slice(0, 100)}" is not.`);
    const unitMs = { ms: 1, s: 1_000, m: 60_000 }[match[4] ?? ''] ?? 1;
    const withinMs = match[3] === undefined ? usualWithinMs : Number(match[3]) * unitMs;
    return checkedHint({ function: name, count: Number(match[2] ?? usualCount), withinMs });
  });
}

function inRange(name: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw invalid(`${name} is ${value}; it has to be a whole number from ${min} to ${max}.`);
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}

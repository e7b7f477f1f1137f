import { ApiError } from '../../../../api/errors.ts';
import { optionalString, type JsonInput } from '../../../../api/json-input.ts';
import { limits } from '../../../../model/limits.ts';
import { filterPattern, type Matcher } from '../filter-pattern/filter-pattern.ts';

/** What somebody wants to be told of what is printed. */
export interface LiveTailRequest {
  /** ARNs, each once. */
  readonly groups: readonly string[];
  readonly streams: readonly string[];
  readonly streamPrefixes: readonly string[];
  readonly pattern: string;
  readonly matches: Matcher;
}

const streamsMax = 100;

/** Reads a request for a session. Pure. Throws InvalidParameterException. */
export function liveTailRequest(input: JsonInput): LiveTailRequest {
  const groups = new Set(texts(input, 'logGroupIdentifiers', [1, limits.liveTailGroupsMax], 'ARNs of log groups'));
  for (const group of groups) checkArn(group);
  const streams = texts(input, 'logStreamNames', [0, streamsMax], 'names');
  const streamPrefixes = texts(input, 'logStreamNamePrefixes', [0, streamsMax], 'prefixes');
  if (streams.length > 0 && streamPrefixes.length > 0)
    throw invalid('logStreamNames and logStreamNamePrefixes cannot be given together.');
  if (groups.size > 1 && streams.length + streamPrefixes.length > 0)
    throw invalid('logStreamNames and logStreamNamePrefixes can only be given with one log group.');
  const pattern = optionalString(input, 'logEventFilterPattern') ?? '';
  return { groups: [...groups], streams, streamPrefixes, pattern, matches: filterPattern(pattern) };
}

/** Whether a line is one that was asked for, as far as its group is. Pure. */
export function wants(
  { streams, streamPrefixes, matches }: LiveTailRequest,
  { stream, message }: { readonly stream: string; readonly message: string },
): boolean {
  if (streams.length > 0 && !streams.includes(stream)) return false;
  if (streamPrefixes.length > 0 && !streamPrefixes.some((prefix) => stream.startsWith(prefix))) return false;
  return matches(message);
}

function texts(
  input: JsonInput,
  name: string,
  [min, max]: readonly [min: number, max: number],
  what: string,
): readonly string[] {
  const value = input[name] ?? [];
  const isWhole = Array.isArray(value) && value.length >= min && value.length <= max;
  if (isWhole && value.every((one): one is string => typeof one === 'string')) return value;
  throw invalid(`${name} must be a list of ${min === 0 ? 'at most' : `${min} to`} ${max} ${what}.`);
}

function checkArn(identifier: string): void {
  if (/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:[^:*]+$/.test(identifier)) return;
  throw invalid(
    `logGroupIdentifiers must be ARNs of log groups (arn:aws:logs:REGION:ACCOUNT:log-group:NAME, without :* at the end); one is ${identifier.slice(0, 100)}.`,
  );
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterException', message);
}

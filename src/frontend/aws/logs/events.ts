import { createHash } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import { optionalBoolean, optionalString, requiredString, type JsonInput } from '../../../api/json-input.ts';
import type { FrontendOptions } from '../../context.ts';
import type { AwsCall } from '../aws-api.ts';
import { filterPattern } from './filter-pattern/filter-pattern.ts';
import { positionOf, type LogEvent } from './log-events.ts';
import { eventsOf, requestedGroup } from './log-groups.ts';
import { fitting, numberIn, positionIn, spanOf, tokenOf } from './page.ts';

const eventsMax = 10_000;

/** What of a group's events a pattern, streams and a span of time want; oldest first, page by page. */
export async function filterLogEvents(options: FrontendOptions, call: AwsCall, input: JsonInput): Promise<object> {
  const group = await requestedGroup(options, call, input);
  const matches = filterPattern(optionalString(input, 'filterPattern') ?? '');
  const isWanted = streamsOf(input);
  const { startMs, endMs } = spanOf(input);
  const after = positionIn(input) ?? '';
  const limit = numberIn(input, 'limit', [1, eventsMax], eventsMax);
  const events = await eventsOf(options, group, call.key.account, startMs);
  const wanted = events.filter(
    ({ timestamp, stream, message, position }) =>
      timestamp >= startMs && timestamp <= endMs && position > after && isWanted(stream) && matches(message),
  );
  const page = fitting(wanted, limit);
  const last = page.at(-1);
  return {
    events: page.map((event) => ({ logStreamName: event.stream, ...eventBody(event), eventId: eventId(event) })),
    searchedLogStreams: [],
    ...(last !== undefined && page.length < wanted.length && { nextToken: tokenOf(last.position) }),
  };
}

/** Which streams a request wants: all, those that it names, or those that begin so. */
function streamsOf(input: JsonInput): (stream: string) => boolean {
  const names = input['logStreamNames'] ?? undefined;
  const prefix = optionalString(input, 'logStreamNamePrefix');
  if (names === undefined) return (stream) => stream.startsWith(prefix ?? '');
  if (prefix !== undefined)
    throw new ApiError('InvalidParameterException', 'logStreamNamePrefix and logStreamNames cannot be given together.');
  if (!Array.isArray(names) || names.length > 100 || !names.every((name) => typeof name === 'string'))
    throw new ApiError('InvalidParameterException', 'logStreamNames must be a list of at most 100 names.');
  const wanted = new Set(names.map(String));
  return (stream) => wanted.has(stream);
}

/**
 * The events of one stream, from its end backwards unless `startFromHead`, or where a token leads: forward those after it, backward those
 * before it. At either end the same token comes back.
 */
export async function getLogEvents(options: FrontendOptions, call: AwsCall, input: JsonInput): Promise<object> {
  const group = await requestedGroup(options, call, input);
  const stream = requiredString(input, 'logStreamName');
  const { startMs, endMs } = spanOf(input);
  const limit = numberIn(input, 'limit', [1, eventsMax], eventsMax);
  const own = (await eventsOf(options, group, call.key.account, startMs)).filter((event) => event.stream === stream);
  if (own.length === 0 && startMs === 0)
    throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.', { status: 400 });
  const events = own.filter(({ timestamp }) => timestamp >= startMs && timestamp < endMs);
  const [direction, from] = placeIn(input);
  const page = pageOf(events, direction, from, limit);
  const first = page[0]?.position ?? from ?? positionOf(startMs);
  const last = page.at(-1)?.position ?? from ?? positionOf(startMs);
  return {
    events: page.map(eventBody),
    nextForwardToken: tokenOf(`f${last}`),
    nextBackwardToken: tokenOf(`b${first}`),
  };
}

function placeIn(input: JsonInput): readonly [direction: 'forward' | 'backward', from: string | undefined] {
  const token = positionIn(input);
  if (token === undefined) return [optionalBoolean(input, 'startFromHead') ? 'forward' : 'backward', undefined];
  if (!/^[fb]\d{16}\//.test(token))
    throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  return [token.startsWith('f') ? 'forward' : 'backward', token.slice(1)];
}

function pageOf(
  events: readonly LogEvent[],
  direction: 'forward' | 'backward',
  from: string | undefined,
  limit: number,
): readonly LogEvent[] {
  if (direction === 'forward')
    return fitting(
      events.filter(({ position }) => position > (from ?? '')),
      limit,
    );
  const before = events.filter(({ position }) => from === undefined || position < from);
  return fitting(before.toReversed(), limit).toReversed();
}

function eventBody({ timestamp, message, ingestionTime }: LogEvent): object {
  return { timestamp, message, ingestionTime };
}

/** The same each time that somebody asks: 56 digits, as AWS's have. */
function eventId({ position }: LogEvent): string {
  const digest = createHash('sha256').update(position).digest('hex').slice(0, 32);
  return `${position.slice(2, 16)}${String(BigInt(`0x${digest}`)).padStart(42, '0')}`;
}

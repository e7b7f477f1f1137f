import { ApiError } from '../../../api/errors.ts';
import { optionalBoolean, optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { FrontendOptions } from '../../context.ts';
import type { AwsCall } from '../aws-api.ts';
import type { LogEvent } from './log-events.ts';
import { eventsOf, logGroups, requestedGroup, type LogGroup } from './log-groups.ts';
import { namedPage } from './page.ts';

const pageMax = 50;

/** One group for each function, whether it has printed anything or not. */
export async function describeLogGroups(options: FrontendOptions, call: AwsCall, input: JsonInput): Promise<object> {
  const prefix = optionalString(input, 'logGroupNamePrefix');
  const pattern = optionalString(input, 'logGroupNamePattern');
  if (prefix !== undefined && pattern !== undefined)
    throw new ApiError(
      'InvalidParameterException',
      'logGroupNamePrefix and logGroupNamePattern cannot be given together.',
    );
  const all = (await logGroups(options, call)).filter(
    ({ name }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()),
  );
  const { page, next } = namedPage(all, ({ name }) => name, input, pageMax);
  return { logGroups: page.map(groupBody), ...next };
}

function groupBody({ name, arn, createdAt }: LogGroup): object {
  return {
    logGroupName: name,
    creationTime: Math.floor(createdAt),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: 0,
    logGroupClass: 'STANDARD',
  };
}

/** One stream for each container that printed what is still kept. */
export async function describeLogStreams(options: FrontendOptions, call: AwsCall, input: JsonInput): Promise<object> {
  const group = await requestedGroup(options, call, input);
  const prefix = optionalString(input, 'logStreamNamePrefix') ?? '';
  const order = optionalString(input, 'orderBy') ?? 'LogStreamName';
  if (order !== 'LogStreamName' && order !== 'LastEventTime')
    throw new ApiError(
      'InvalidParameterException',
      `orderBy must be LogStreamName or LastEventTime; it is ${order.slice(0, 40)}.`,
    );
  if (order === 'LastEventTime' && prefix !== '')
    throw new ApiError('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.');
  const events = await eventsOf(options, group, call.key.account, 0);
  const streams = [...Map.groupBy(events, ({ stream }) => stream)].filter(([name]) => name.startsWith(prefix));
  const rank = ([name, own]: readonly [string, readonly LogEvent[]]): string =>
    order === 'LogStreamName' ? name : (own.at(-1)?.position ?? '');
  const ordered = streams.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
  if (optionalBoolean(input, 'descending')) ordered.reverse();
  const { page, next } = namedPage(ordered, ([name]) => name, input, pageMax);
  return { logStreams: page.map(([name, own]) => streamBody(group, name, own)), ...next };
}

function streamBody({ arn }: LogGroup, name: string, events: readonly LogEvent[]): object {
  const [first, last] = [events[0], events.at(-1)];
  return {
    logStreamName: name,
    creationTime: first?.timestamp,
    firstEventTimestamp: first?.timestamp,
    lastEventTimestamp: last?.timestamp,
    lastIngestionTime: last?.ingestionTime,
    arn: `${arn}:log-stream:${name}`,
    storedBytes: 0,
  };
}

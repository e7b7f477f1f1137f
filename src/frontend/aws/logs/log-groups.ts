import { ApiError } from '../../../api/errors.ts';
import { optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { FunctionRecord } from '../../../model/functions/function-record.ts';
import type { FrontendOptions } from '../../context.ts';
import type { AwsCall } from '../aws-api.ts';
import { logEvents, type LogEvent } from './log-events.ts';

/** A group of logs: of one function, or of several whose logging says so. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly functions: readonly string[];
}

/** What the functions of an account log to, in order of names. */
export async function logGroups(
  { store }: Pick<FrontendOptions, 'store'>,
  { key: { account }, region }: Pick<AwsCall, 'key' | 'region'>,
): Promise<readonly LogGroup[]> {
  const records = await store.functions.list(account, '', Number.MAX_SAFE_INTEGER);
  return [...Map.groupBy(records, groupName)]
    .map(([name, members]) => ({
      name,
      arn: `arn:aws:logs:${region}:${account}:log-group:${name}`,
      createdAt: Math.min(...members.map(({ createdAt }) => createdAt)),
      functions: members.map(({ latest }) => latest.name),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function groupName({ latest: { logging, name } }: FunctionRecord): string {
  return logging?.group ?? `/aws/lambda/${name}`;
}

/** The group that a request names, by its name or ARN. Throws InvalidParameterException and ResourceNotFoundException. */
export async function requestedGroup(options: FrontendOptions, call: AwsCall, input: JsonInput): Promise<LogGroup> {
  const name = optionalString(input, 'logGroupName');
  const identifier = optionalString(input, 'logGroupIdentifier');
  if ((name === undefined) === (identifier === undefined))
    throw new ApiError(
      'InvalidParameterException',
      'Either logGroupName or logGroupIdentifier must be given, and not both.',
    );
  const wanted = name ?? identifier?.replace(/:\*$/, '');
  const found = (await logGroups(options, call)).find((group) => group.name === wanted || group.arn === wanted);
  if (found === undefined)
    throw new ApiError('ResourceNotFoundException', 'The specified log group does not exist.', { status: 400 });
  return found;
}

/** What was printed in a group since then, in order. */
export async function eventsOf(
  { logs }: Pick<FrontendOptions, 'logs'>,
  { functions }: LogGroup,
  account: string,
  sinceWallMs: number,
): Promise<readonly LogEvent[]> {
  const all = await Promise.all(
    functions.map(async (name) => {
      const entries = await logs.read(account, name, { sinceWallMs, limit: Number.MAX_SAFE_INTEGER });
      return logEvents(entries, await logs.running(account, name));
    }),
  );
  const [only = [], ...others] = all;
  if (others.length === 0) return only;
  return all.flat().toSorted((one, other) => (one.position < other.position ? -1 : 1));
}

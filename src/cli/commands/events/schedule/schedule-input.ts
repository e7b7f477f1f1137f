import type { ScheduleInput } from '../../../../sdk/schedules.ts';
import { Shape } from '../../../../sdk/shape.ts';
import { CliError, exitCodes } from '../../../exit.ts';

/** What `heddle schedule set` was told; false: what there was of it is to go. */
export interface ScheduleFlags {
  readonly queue?: string;
  readonly cron?: string;
  readonly every?: string;
  readonly at?: string;
  readonly timeZone?: string;
  readonly input?: string | false;
  readonly window?: string | false;
  readonly start?: string | false;
  readonly end?: string | false;
  readonly retries?: string;
  readonly deadLetter?: string | false;
  readonly group?: string;
  readonly catchUp?: string;
  readonly once?: boolean;
  readonly disabled?: true;
}

/** Whose schedule it is. */
export interface Owner {
  readonly account: string;
  readonly region: string;
}

/** The request that it means. `before`: the schedule that there is, of which all stays that nothing is said of. Throws CliError for what cannot be meant. */
export function inputOf(
  { account, region }: Owner,
  target: string | undefined,
  flags: ScheduleFlags,
  before: Shape | undefined,
): ScheduleInput {
  const kept = before ?? new Shape({}, 'no schedule');
  const keptTarget = kept.object('Target');
  const queueArn = (name: string): string => arnOf(name, `arn:aws:sqs:${region}:${account}:`);
  const { queue, input, window, retries, deadLetter, start, end, once } = flags;
  if (target !== undefined && queue !== undefined) throw wrong('Give a function or --queue, not both.');
  const keptArn = keptTarget.text('Arn');
  if (target === undefined && queue === undefined && keptArn === '')
    throw wrong('Say what is called: a function, or --queue QUEUE.');
  const named =
    queue === undefined ? arnOf(target ?? '', `arn:aws:lambda:${region}:${account}:function:`) : queueArn(queue);
  const Arn = target === undefined && queue === undefined ? keptArn : named;
  const fifo = Arn.startsWith('arn:aws:sqs:') && Arn.endsWith('.fifo') ? { MessageGroupId: 'schedule' } : undefined;
  return {
    ...kept.toJSON(),
    ScheduleExpression: expressionOf(flags, kept.text('ScheduleExpression')),
    ScheduleExpressionTimezone: flags.timeZone ?? (kept.text('ScheduleExpressionTimezone') || 'UTC'),
    FlexibleTimeWindow: windowOf(window, kept.object('FlexibleTimeWindow')),
    Target: {
      RoleArn: `arn:aws:iam::${account}:role/heddle`,
      SqsParameters: fifo,
      ...(Arn === keptArn ? keptTarget.toJSON() : { ...keptTarget.toJSON(), SqsParameters: fifo }),
      Arn,
      ...(input !== undefined && { Input: input === false ? undefined : input }),
      ...(deadLetter !== undefined && {
        DeadLetterConfig: deadLetter === false ? undefined : { Arn: queueArn(deadLetter) },
      }),
      ...(retries !== undefined && {
        RetryPolicy: {
          ...keptTarget.object('RetryPolicy').toJSON(),
          MaximumRetryAttempts: whole('--retries', retries),
        },
      }),
    },
    ...(start !== undefined && { StartDate: start === false ? undefined : seconds('--start', start) }),
    ...(end !== undefined && { EndDate: end === false ? undefined : seconds('--end', end) }),
    ...(flags.catchUp !== undefined && { CatchUp: flags.catchUp }),
    ...(once !== undefined && { ActionAfterCompletion: once ? 'DELETE' : 'NONE' }),
    ...(flags.disabled === true && { State: 'DISABLED' }),
  };
}

function arnOf(name: string, before: string): string {
  return name.startsWith('arn:') ? name : `${before}${name}`;
}

function windowOf(window: string | false | undefined, kept: Shape): object {
  if (window === undefined && kept.text('Mode') !== '') return kept.toJSON();
  return window === undefined || window === false
    ? { Mode: 'OFF' }
    : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes('--window', window) };
}

const units: Readonly<Record<string, string>> = { m: 'minutes', h: 'hours', d: 'days' };

function expressionOf({ cron, every, at }: ScheduleFlags, kept: string): string {
  const given = [cron, every, at].filter((each) => each !== undefined);
  if (given.length === 0 && kept !== '') return kept;
  if (given.length !== 1)
    throw wrong("Say when, in one way: --cron '30 2 * * ? *', --every 5m, or --at 2027-01-31T20:00:00.");
  if (cron !== undefined) return `cron(${cron})`;
  if (at !== undefined) return `at(${at.length === 16 ? `${at}:00` : at})`;
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(every ?? '') ?? [];
  if (count === undefined)
    throw wrong(`--every is a number of minutes, hours or days, such as 5m, 2h or 1d; it is "${every}".`);
  return `rate(${count} ${units[unit]})`;
}

function whole(flag: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw wrong(`${flag} is a whole number; it is "${text}".`);
}

/** `15`, `15m` or `2h`. */
function minutes(flag: string, text: string): number {
  const [, count, unit] = /^(\d{1,4})([mh]?)$/.exec(text) ?? [];
  if (count === undefined) throw wrong(`${flag} is a number of minutes or hours, such as 15m or 2h; it is "${text}".`);
  return Number(count) * (unit === 'h' ? 60 : 1);
}

function seconds(flag: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw wrong(`${flag} is a time such as 2027-01-31T20:00:00Z; it is "${text}".`);
  return ms / 1_000;
}

function wrong(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}

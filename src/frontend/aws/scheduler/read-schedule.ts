import { ApiError } from '../../../api/errors.ts';
import {
  optionalInteger,
  optionalObject,
  optionalString,
  requiredString,
  type JsonInput,
} from '../../../api/json-input.ts';
import { firstDue } from '../../../events/schedules/advance.ts';
import { ExpressionError } from '../../../events/schedules/expressions/expression-error.ts';
import { parseExpression } from '../../../events/schedules/expressions/expression.ts';
import type {
  CatchUp,
  PlannedSchedule,
  ScheduleKey,
  ScheduleRecord,
} from '../../../store/durable/contracts/schedules.ts';
import { readTarget } from './read-target.ts';

/** What a request to make or change a schedule says. `before`: the one that it changes. Throws ValidationException. */
export function readSchedule(
  input: JsonInput,
  key: ScheduleKey,
  region: string,
  now: number,
  before?: ScheduleRecord,
): PlannedSchedule {
  const expression = requiredString(input, 'ScheduleExpression').trim();
  const timeZone = optionalString(input, 'ScheduleExpressionTimezone') ?? 'UTC';
  const isOnce = kindOf(expression, timeZone) === 'at';
  const { startAt, endAt } = isOnce ? {} : spanOf(input, now, before);
  // A rate counts from its beginning, and begins anew where its rule does.
  const same = before?.expression === expression && before.startAt === startAt;
  const anchorAt = startAt ?? (same ? before.anchorAt : now);
  const windowMinutes = windowOf(input);
  const description = optionalString(input, 'Description');
  const kmsKeyArn = optionalString(input, 'KmsKeyArn');
  const clientToken = optionalString(input, 'ClientToken');
  const record: ScheduleRecord = {
    ...key,
    expression,
    timeZone,
    enabled: optionalString(input, 'State') !== 'DISABLED',
    ...(startAt !== undefined && { startAt }),
    ...(endAt !== undefined && { endAt }),
    ...(windowMinutes !== undefined && { windowMinutes }),
    target: readTarget(optionalObject(input, 'Target') ?? {}, key, region),
    ...(description !== undefined && { description }),
    ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    deletedAfter: optionalString(input, 'ActionAfterCompletion') === 'DELETE',
    catchUp: catchUpOf(input),
    anchorAt,
    createdAt: before?.createdAt ?? now,
    modifiedAt: now,
    ...(clientToken !== undefined && { clientToken }),
  };
  // One that is due this very moment is due; a request for an only time may arrive a little late.
  const nextAt = firstDue(record, same ? now : now - (isOnce ? onceLateMsMax : 1));
  return { record, ...(nextAt !== undefined && { nextAt }) };
}

function kindOf(expression: string, timeZone: string): string {
  try {
    return parseExpression(expression, timeZone).kind;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(`Invalid Schedule Expression ${expression.slice(0, 100)}. ${error.message}`);
  }
}

/** An only time that is so long ago when it is asked for is due at once: AWS is as exact as a minute. One that is longer ago never is. */
const onceLateMsMax = 60_000;

/** How far back a schedule may begin: AWS takes what is five minutes ago at most. */
const startAgoMsMax = 300_000;

function spanOf(
  input: JsonInput,
  now: number,
  before: ScheduleRecord | undefined,
): { readonly startAt?: number; readonly endAt?: number } {
  const startAt = timeOf(input, 'StartDate');
  const endAt = timeOf(input, 'EndDate');
  if (startAt !== undefined && startAt < now - startAgoMsMax && startAt !== before?.startAt)
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  if (endAt !== undefined && endAt < now && endAt !== before?.endAt)
    throw invalid('The EndDate you specify cannot be in the past.');
  if (startAt !== undefined && endAt !== undefined && startAt > endAt)
    throw invalid('The StartDate you specify cannot be after the EndDate.');
  return { ...(startAt !== undefined && { startAt }), ...(endAt !== undefined && { endAt }) };
}

/** A time, as seconds since the Unix epoch or in the form of RFC 3339. */
function timeOf(input: JsonInput, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const ms = typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw new ApiError('SerializationException', `${name} is no time; it should be seconds since 1970.`);
  return Math.round(ms);
}

function windowOf(input: JsonInput): number | undefined {
  const window = optionalObject(input, 'FlexibleTimeWindow') ?? {};
  const minutes = optionalInteger(window, 'MaximumWindowInMinutes');
  if (optionalString(window, 'Mode') === 'OFF') {
    if (minutes !== undefined)
      throw invalid('MaximumWindowInMinutes is not allowed when FlexibleTimeWindow Mode is OFF.');
    return undefined;
  }
  if (minutes === undefined)
    throw invalid('MaximumWindowInMinutes must be provided when FlexibleTimeWindow Mode is FLEXIBLE.');
  return minutes;
}

/** A member of ours: AWS's service is never away. */
function catchUpOf(input: JsonInput): CatchUp {
  const text = optionalString(input, 'CatchUp') ?? 'last';
  if (text === 'last' || text === 'all' || text === 'none') return text;
  throw invalid(`CatchUp is '${text.slice(0, 40)}'; it should be last, all or none.`);
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

import { scheduleArn } from '../../../events/schedules/payload.ts';
import type {
  PlannedSchedule,
  ScheduleCounts,
  ScheduleGroup,
  ScheduleTarget,
} from '../../../store/durable/contracts/schedules.ts';

/** A schedule as GetSchedule shows it, with what only this service knows: when it is due next, and what becomes of what was missed. */
export function scheduleWire({ record, nextAt }: PlannedSchedule, region: string): object {
  const { description, startAt, endAt, kmsKeyArn, windowMinutes } = record;
  return {
    ...summaryOf(record, region),
    ScheduleExpression: record.expression,
    ScheduleExpressionTimezone: record.timeZone,
    ...(startAt !== undefined && { StartDate: seconds(startAt) }),
    ...(endAt !== undefined && { EndDate: seconds(endAt) }),
    ...(description !== undefined && { Description: description }),
    ...(kmsKeyArn !== undefined && { KmsKeyArn: kmsKeyArn }),
    Target: targetWire(record.target),
    FlexibleTimeWindow:
      windowMinutes === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
    ActionAfterCompletion: record.deletedAfter ? 'DELETE' : 'NONE',
    CatchUp: record.catchUp,
    ...(nextAt !== undefined && { NextDate: seconds(nextAt) }),
  };
}

/** A schedule as ListSchedules shows it. */
export function scheduleSummary({ record, nextAt }: PlannedSchedule, region: string): object {
  return {
    ...summaryOf(record, region),
    Target: { Arn: record.target.arn },
    ScheduleExpression: record.expression,
    ScheduleExpressionTimezone: record.timeZone,
    ...(nextAt !== undefined && { NextDate: seconds(nextAt) }),
  };
}

/** What one is told who made a schedule, or changed it: with when it is due first by that, which only this service says. */
export function setWire({ record, nextAt }: PlannedSchedule, region: string): object {
  return { ScheduleArn: scheduleArn(record, region), ...(nextAt !== undefined && { NextDate: seconds(nextAt) }) };
}

/** What a schedule has done: members of ours. */
export function countsWire(counts: ScheduleCounts): object {
  const { delivered, failed, missed, waiting, lettersLost, lastAt, lastError } = counts;
  return {
    Counts: { Delivered: delivered, Failed: failed, Missed: missed, Waiting: waiting, DeadLettersLost: lettersLost },
    ...(lastAt !== undefined && { LastDate: seconds(lastAt) }),
    ...(lastError !== undefined && { LastError: lastError.text, LastErrorDate: seconds(lastError.at) }),
  };
}

function summaryOf(record: PlannedSchedule['record'], region: string): object {
  return {
    Arn: scheduleArn(record, region),
    Name: record.name,
    GroupName: record.group,
    State: record.enabled ? 'ENABLED' : 'DISABLED',
    CreationDate: seconds(record.createdAt),
    LastModificationDate: seconds(record.modifiedAt),
  };
}

function targetWire(target: ScheduleTarget): object {
  return {
    Arn: target.arn,
    RoleArn: target.roleArn,
    ...(target.input !== undefined && { Input: target.input }),
    ...(target.messageGroupId !== undefined && { SqsParameters: { MessageGroupId: target.messageGroupId } }),
    ...(target.deadLetterArn !== undefined && { DeadLetterConfig: { Arn: target.deadLetterArn } }),
    RetryPolicy: {
      MaximumEventAgeInSeconds: target.ageSecondsMax,
      MaximumRetryAttempts: target.retriesMax,
    },
  };
}

/** The ARN of a group. */
export function groupArn({ account, name }: Pick<ScheduleGroup, 'account' | 'name'>, region: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

/** A group as AWS shows it. */
export function groupWire(group: ScheduleGroup, region: string): object {
  return {
    Arn: groupArn(group, region),
    Name: group.name,
    State: 'ACTIVE',
    CreationDate: seconds(group.createdAt),
    LastModificationDate: seconds(group.modifiedAt),
  };
}

function seconds(ms: number): number {
  return ms / 1_000;
}

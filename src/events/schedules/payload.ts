import type { Firing, ScheduleKey } from '../../store/durable/contracts/schedules.ts';

/** The ARN of a schedule. */
export function scheduleArn({ account, group, name }: ScheduleKey, region: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;
}

/** A time as schedules show it: whole seconds, UTC. */
export function scheduleTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/**
 * What a target gets: its input, with the keywords replaced that EventBridge Scheduler knows
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html), or, where it has none, an event in EventBridge's form.
 */
export function payloadOf(
  firing: Pick<Firing, 'schedule' | 'target' | 'executionId' | 'scheduledAt' | 'attempts'>,
  region: string,
): string {
  const { schedule, target, executionId, scheduledAt, attempts } = firing;
  const arn = scheduleArn(schedule, region);
  const time = scheduleTime(scheduledAt);
  if (target.input === undefined)
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: schedule.account,
      time,
      region,
      resources: [arn],
      detail: '{}',
    });
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': arn,
    'scheduled-time': time,
    'execution-id': executionId,
    'attempt-number': String(attempts),
  };
  return target.input.replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => values[name] ?? keyword);
}

import type { ModelOperation } from '../shape.ts';

// Made by tools/lambda-model.ts from the model that AWS publishes with botocore.

/** Every operation of the model. */
export const modelOperations: Readonly<Record<string, ModelOperation>> = {
  CreateSchedule: { method: 'POST', uri: '/schedules/{Name}', input: 'CreateScheduleInput' },
  CreateScheduleGroup: { method: 'POST', uri: '/schedule-groups/{Name}', input: 'CreateScheduleGroupInput' },
  DeleteSchedule: { method: 'DELETE', uri: '/schedules/{Name}', input: 'DeleteScheduleInput' },
  DeleteScheduleGroup: { method: 'DELETE', uri: '/schedule-groups/{Name}', input: 'DeleteScheduleGroupInput' },
  GetSchedule: { method: 'GET', uri: '/schedules/{Name}', input: 'GetScheduleInput' },
  GetScheduleGroup: { method: 'GET', uri: '/schedule-groups/{Name}', input: 'GetScheduleGroupInput' },
  ListScheduleGroups: { method: 'GET', uri: '/schedule-groups', input: 'ListScheduleGroupsInput' },
  ListSchedules: { method: 'GET', uri: '/schedules', input: 'ListSchedulesInput' },
  ListTagsForResource: { method: 'GET', uri: '/tags/{ResourceArn}', input: 'ListTagsForResourceInput' },
  TagResource: { method: 'POST', uri: '/tags/{ResourceArn}', input: 'TagResourceInput' },
  UntagResource: { method: 'DELETE', uri: '/tags/{ResourceArn}', input: 'UntagResourceInput' },
  UpdateSchedule: { method: 'PUT', uri: '/schedules/{Name}', input: 'UpdateScheduleInput' },
};

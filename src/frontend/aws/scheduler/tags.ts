import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import { checkTags } from '../../../api/tags.ts';
import type { ScheduleGroup } from '../../../store/durable/contracts/schedules.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import { defaultGroup, type ScheduleContext } from './context.ts';
import { findGroup } from './find-group.ts';
import { schedulerOperation } from './modelled.ts';

/** Tags, which groups of schedules have. */
export function tagOperations(context: ScheduleContext): readonly Operation[] {
  const change = async (
    request: ApiRequest,
    tagsOf: (before: ScheduleGroup['tags']) => ScheduleGroup['tags'],
  ): Promise<{ readonly status: 200; readonly body: object }> => {
    const group = await taggedGroup(context, request);
    if (group.name === defaultGroup)
      throw new ApiError('ValidationException', 'The default schedule group has no tags.');
    await context.store.parts.schedules.tagGroup({ ...group, tags: tagsOf(group.tags) });
    return { status: 200, body: {} };
  };
  return [
    schedulerOperation('ListTagsForResource', async (request) => {
      const { tags } = await taggedGroup(context, request);
      return { status: 200, body: { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
    }),
    schedulerOperation('TagResource', (request) =>
      change(request, (before) => {
        const tags = { ...before, ...readTags(jsonInput(request.body)['Tags']) };
        check(tags);
        return tags;
      }),
    ),
    schedulerOperation('UntagResource', (request) =>
      change(request, (before) => {
        const gone = new Set(request.queryAll('TagKeys'));
        return Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key)));
      }),
    ),
  ];
}

/** A list of tags, as the model has checked it. Throws ValidationException for more than there may be. */
export function readTags(list: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(list)) return {};
  const tags = Object.fromEntries(
    list.map((each: { readonly Key: string; readonly Value: string }) => [each.Key, each.Value] as const),
  );
  check(tags);
  return tags;
}

function check(tags: Readonly<Record<string, string>>): void {
  try {
    checkTags(tags);
  } catch (error) {
    throw error instanceof ApiError ? new ApiError('ValidationException', error.message, { cause: error }) : error;
  }
}

async function taggedGroup(context: ScheduleContext, request: ApiRequest): Promise<ScheduleGroup> {
  const arn = request.parameter('ResourceArn');
  const { account, region } = request.scope;
  const [, name] = new RegExp(`^arn:aws:scheduler:${region}:${account}:schedule-group/([\\w.-]+)$`).exec(arn) ?? [];
  if (name === undefined)
    throw new ApiError('ResourceNotFoundException', `Resource ${arn.slice(0, 200)} does not exist.`);
  return findGroup(context, account, name);
}

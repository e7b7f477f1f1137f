import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import { defaultGroup, type ScheduleContext } from './context.ts';
import { schedulerOperation } from './modelled.ts';
import { pageAfter, pageOf } from './pages.ts';
import { defaultOf, findGroup, noGroup } from './find-group.ts';
import { readTags } from './tags.ts';
import { groupArn, groupWire } from './wire.ts';

/** Making, showing and removing groups of schedules. */
export function groupOperations(context: ScheduleContext): readonly Operation[] {
  return [
    schedulerOperation('CreateScheduleGroup', (request) => create(context, request)),
    schedulerOperation('GetScheduleGroup', async (request) => {
      const group = await findGroup(context, request.scope.account, request.parameter('Name'));
      return { status: 200, body: groupWire(group, context.region) };
    }),
    schedulerOperation('DeleteScheduleGroup', async (request) => {
      const name = request.parameter('Name');
      if (name === defaultGroup) throw new ApiError('ValidationException', 'Cannot delete the default schedule group.');
      const { account } = request.scope;
      if (!(await context.store.parts.schedules.removeGroup({ account, name }))) throw noGroup(name);
      return { status: 200, body: {} };
    }),
    schedulerOperation('ListScheduleGroups', (request) => list(context, request)),
  ];
}

async function create({ store, clock, region }: ScheduleContext, request: ApiRequest): Promise<ApiReply> {
  const { account } = request.scope;
  const name = request.parameter('Name');
  const conflict = new ApiError('ConflictException', `Schedule group ${name} already exists.`);
  if (name === defaultGroup) throw conflict;
  const now = clock.wall();
  const tags = readTags(jsonInput(request.body)['Tags']);
  const created = await store.parts.schedules.createGroup({ account, name, createdAt: now, modifiedAt: now, tags });
  if (created === 'too many')
    throw new ApiError('ServiceQuotaExceededException', 'The account has 500 schedule groups; it can have no more.');
  if (created === 'exists') throw conflict;
  return { status: 200, body: { ScheduleGroupArn: groupArn({ account, name }, region) } };
}

async function list({ store, region }: ScheduleContext, request: ApiRequest): Promise<ApiReply> {
  const { account } = request.scope;
  const prefix = request.query('NamePrefix') ?? '';
  const [after = ''] = pageAfter(request, 1) ?? [];
  const { items, next } = await pageOf(
    request,
    async (limit) => {
      const found = store.used ? await store.parts.schedules.groups({ account, prefix, after, limit }) : [];
      const withDefault =
        defaultGroup > after && defaultGroup.startsWith(prefix) ? [defaultOf(account), ...found] : found;
      return withDefault.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit);
    },
    ({ name }) => [name],
  );
  return { status: 200, body: { ScheduleGroups: items.map((group) => groupWire(group, region)), ...next } };
}

import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString } from '../../../api/json-input.ts';
import type { PlannedSchedule, ScheduleKey } from '../../../store/durable/contracts/schedules.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import { defaultGroup, type ScheduleContext } from './context.ts';
import { noGroup } from './find-group.ts';
import { schedulerOperation } from './modelled.ts';
import { pageAfter, pageOf } from './pages.ts';
import { readSchedule } from './read-schedule.ts';
import { countsWire, scheduleSummary, scheduleWire, setWire } from './wire.ts';

/** Making, showing, changing and removing schedules. */
export function scheduleOperations(context: ScheduleContext): readonly Operation[] {
  return [
    schedulerOperation('CreateSchedule', (request) => create(context, request)),
    schedulerOperation('GetSchedule', async (request) => {
      const key = keyIn(request, request.query('groupName'));
      if (!context.store.used) throw noSchedule(key);
      const { schedules } = context.store.parts;
      const [found, counts] = await Promise.all([schedules.get(key), schedules.counts(key)]);
      if (found === undefined) throw noSchedule(key);
      return { status: 200, body: { ...scheduleWire(found, context.region), ...countsWire(counts) } };
    }),
    schedulerOperation('UpdateSchedule', (request) => update(context, request)),
    schedulerOperation('DeleteSchedule', async (request) => {
      const key = keyIn(request, request.query('groupName'));
      if (!(await context.store.parts.schedules.remove(key))) throw noSchedule(key);
      return { status: 200, body: {} };
    }),
    schedulerOperation('ListSchedules', (request) => list(context, request)),
  ];
}

async function create({ store, clock, region, look }: ScheduleContext, request: ApiRequest): Promise<ApiReply> {
  const input = jsonInput(request.body);
  const key = keyIn(request, optionalString(input, 'GroupName'));
  const schedule = readSchedule(input, key, region, clock.wall());
  const { schedules } = store.parts;
  const created = await schedules.create(schedule);
  if (created === 'no group') throw noGroup(key.group);
  if (created === 'too many')
    throw new ApiError('ServiceQuotaExceededException', 'The account has 1000000 schedules; it can have no more.');
  if (created === 'exists' && !isSame(await schedules.get(key), schedule))
    throw new ApiError('ConflictException', `Schedule ${key.name} already exists.`);
  look();
  return { status: 200, body: setWire(schedule, region) };
}

/** Whether a request is one that was made before, and its answer was lost. */
function isSame(there: PlannedSchedule | undefined, asked: PlannedSchedule): boolean {
  if (there === undefined || there.record.clientToken === undefined) return false;
  const plain = ({ record }: PlannedSchedule): object => ({ ...record, anchorAt: 0, createdAt: 0, modifiedAt: 0 });
  return isDeepStrictEqual(plain(there), plain(asked));
}

async function update({ store, clock, region, look }: ScheduleContext, request: ApiRequest): Promise<ApiReply> {
  const input = jsonInput(request.body);
  const key = keyIn(request, optionalString(input, 'GroupName'));
  const { schedules } = store.parts;
  const before = await schedules.get(key);
  if (before === undefined) throw noSchedule(key);
  const schedule = readSchedule(input, key, region, clock.wall(), before.record);
  if (!(await schedules.replace(schedule))) throw noSchedule(key);
  look();
  return { status: 200, body: setWire(schedule, region) };
}

async function list({ store, region }: ScheduleContext, request: ApiRequest): Promise<ApiReply> {
  const { account } = request.scope;
  const group = request.query('ScheduleGroup');
  const prefix = request.query('NamePrefix');
  const state = request.query('State');
  if (
    group !== undefined &&
    group !== defaultGroup &&
    (!store.used || (await store.parts.schedules.group({ account, name: group })) === undefined)
  )
    throw noGroup(group);
  const after = pageAfter(request, 2);
  const query = {
    account,
    ...(group !== undefined && { group }),
    ...(prefix !== undefined && { prefix }),
    ...(state !== undefined && { enabled: state === 'ENABLED' }),
    ...(after !== undefined && { after: { group: after[0] ?? '', name: after[1] ?? '' } }),
  };
  const { items, next } = await pageOf(
    request,
    async (limit) => (store.used ? await store.parts.schedules.list({ ...query, limit }) : []),
    ({ record }) => [record.group, record.name],
  );
  // A member of ours in the request: stock clients do not ask, and do not wait for it.
  const counts =
    request.query('WithCounts') === 'true' && items.length > 0
      ? await store.parts.schedules.countsOf(
          items.map(({ record: { group: grp, name } }) => ({ account, group: grp, name })),
        )
      : [];
  const Schedules = items.map((each, n) => ({
    ...scheduleSummary(each, region),
    ...(counts[n] && countsWire(counts[n])),
  }));
  return { status: 200, body: { Schedules, ...next } };
}

function keyIn(request: ApiRequest, group: string | undefined): ScheduleKey {
  return { account: request.scope.account, group: group ?? defaultGroup, name: request.parameter('Name') };
}

function noSchedule({ name }: ScheduleKey): ApiError {
  return new ApiError('ResourceNotFoundException', `Schedule ${name} does not exist.`);
}

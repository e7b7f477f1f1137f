import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import { functionRef, type FunctionRef } from '../../../api/function-ref.ts';
import { jsonInput, optionalString, optionalStrings, requiredString } from '../../../api/json-input.ts';
import { checkTags } from '../../../api/tags.ts';
import type { EventSources } from '../../../events/sources/event-sources.ts';
import type { SourceKind } from '../../../events/sources/source-kind.ts';
import type { Clock } from '../../../model/clock.ts';
import type { Store } from '../../../store/contract.ts';
import type { DurableStore } from '../../../store/durable/contracts/durable-store.ts';
import type { MappingRecord } from '../../../store/durable/contracts/sources.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiReply, ApiRequest } from '../../routes/operation.ts';
import type { Events } from '../../events.ts';
import type { OpenedEvents } from '../../opened-events.ts';
import { checkReachable } from '../event-invoke/check-reachable.ts';
import { resolveFunction } from '../find-function.ts';
import { pageMax } from '../max-items.ts';
import { firstOf, pageStart } from '../pages.ts';
import { groupIn, namedSource } from './kafka.ts';
import { readMapping } from './read-mapping.ts';
import type { MappingOperation } from './operations.ts';
import { mappingWire, type MappingState } from './wire.ts';

/** What the operations on event source mappings work with. */
export interface MappingContext extends Pick<OpenedEvents, 'sources'> {
  readonly events: Events;
  readonly durable: DurableStore;
  readonly store: Store;
  readonly clock: Clock;
}

/** Making, showing, changing and removing event source mappings: a change is answered as one that is under way, as on AWS, and is done by then. */
export function eventSourceRuns(context: MappingContext): Runs<MappingOperation> {
  return {
    CreateEventSourceMapping: (request) => create(context, request),
    GetEventSourceMapping: async (request) => shown(context, await find(context, request), request, 200),
    UpdateEventSourceMapping: (request) => update(context, request),
    DeleteEventSourceMapping: async (request) => {
      const mapping = await find(context, request);
      const reply = shown(context, mapping, request, 202, 'Deleting');
      await context.durable.parts.sources.remove(mapping);
      context.sources.removed(mapping);
      return reply;
    },
    ListEventSourceMappings: (request) => list(context, request),
  };
}

async function create(context: MappingContext, request: ApiRequest): Promise<ApiReply> {
  const { durable, sources, clock } = context;
  const input = jsonInput(request.body);
  const { account } = request.scope;
  const { sourceArn, servers } = namedSource(input, (given) => sources.atServers(given, account));
  const kind = kindOf(sources, sourceArn, account);
  const uuid = randomUUID();
  const ref = functionRef(requiredString(input, 'FunctionName'), request.scope);
  const timeoutMs = await timeoutOf(context, ref);
  const tags = optionalStrings(input, 'Tags') ?? {};
  checkTags(tags);
  const now = clock.wall();
  const mapping: MappingRecord = {
    uuid,
    account,
    functionName: ref.name,
    ...(ref.qualifier !== undefined && { qualifier: ref.qualifier }),
    sourceArn,
    ...(servers !== undefined && { servers }),
    ...readMapping(input, kind.rules(sourceArn), kind.dataKey),
    ...groupIn(input, kind.rules(sourceArn), uuid),
    createdAt: now,
    modifiedAt: now,
    tags,
  };
  await checkMapping(context, kind, mapping, timeoutMs, request);
  const made = await durable.parts.sources.create(mapping);
  if (!made.created) throw conflict(mapping, made.uuid);
  sources.changed(mapping);
  return shown(context, mapping, request, 202, 'Creating');
}

async function update(context: MappingContext, request: ApiRequest): Promise<ApiReply> {
  const { durable, sources, clock } = context;
  const before = await find(context, request);
  const input = jsonInput(request.body);
  const name = optionalString(input, 'FunctionName');
  const kind = kindOf(sources, before.sourceArn, before.account);
  const ref = name === undefined ? refOf(before, request) : functionRef(name, request.scope);
  const settings = readMapping(input, kind.rules(before.sourceArn), kind.dataKey, before);
  // One that takes nothing may be seen to when its function is gone.
  const named = name !== undefined || settings.enabled;
  const timeoutMs = named ? await timeoutOf(context, ref) : await timeoutOf(context, ref).catch(noneWhereGone);
  const { qualifier: _, concurrencyMax: __, ...rest } = before;
  const mapping: MappingRecord = {
    ...rest,
    functionName: ref.name,
    ...(ref.qualifier !== undefined && { qualifier: ref.qualifier }),
    ...settings,
    ...groupIn(input, kind.rules(before.sourceArn), before.uuid, before.groupId),
    modifiedAt: clock.wall(),
  };
  await checkMapping(context, kind, mapping, timeoutMs, request);
  const replaced = await durable.parts.sources.replace(mapping);
  if (replaced === false) throw notThere();
  if (typeof replaced === 'string') throw conflict(mapping, replaced);
  sources.changed(mapping);
  return shown(context, mapping, request, 202, 'Updating');
}

async function list(context: MappingContext, request: ApiRequest): Promise<ApiReply> {
  const sourceArn = request.query('EventSourceArn');
  const name = request.query('FunctionName');
  const ref = name === undefined ? undefined : functionRef(name, request.scope);
  if (ref !== undefined) await resolveFunction(context.store, ref);
  const of = 'event source mappings';
  const after = pageStart(request, of);
  const found = await context.durable.parts.sources.list({
    account: request.scope.account,
    ...(sourceArn !== undefined && { sourceArn }),
    ...(ref !== undefined && { functionName: ref.name }),
    ...(after !== '' && { after }),
    limit: pageMax + 1,
  });
  const { items, next } = firstOf(request, of, found, ({ uuid }) => uuid);
  const all = items.map((each) => mappingWire(each, request.scope.region, context.sources.counts(each.uuid)));
  return { status: 200, body: { EventSourceMappings: all, ...next } };
}

async function find({ durable }: MappingContext, request: ApiRequest): Promise<MappingRecord> {
  const { account } = request.scope;
  const found = await durable.parts.sources.get({ account, uuid: request.parameter('uUID') });
  if (found === undefined) throw notThere();
  return found;
}

function shown(
  { sources }: MappingContext,
  mapping: MappingRecord,
  request: ApiRequest,
  status: number,
  state?: MappingState,
): ApiReply {
  return { status, body: mappingWire(mapping, request.scope.region, sources.counts(mapping.uuid), state) };
}

/** Throws ApiError where its source or its destination is not there, or does not fit. */
async function checkMapping(
  context: MappingContext,
  kind: SourceKind,
  mapping: MappingRecord,
  timeoutMs: number,
  { scope }: ApiRequest,
): Promise<void> {
  const { order } = mapping;
  if (order?.onFailureArn !== undefined) await checkReachable(context.events, order.onFailureArn, scope);
  await kind.check(mapping, timeoutMs);
}

/** How long a batch may be with the function, ms. Throws where it is not there. */
async function timeoutOf({ store }: MappingContext, ref: FunctionRef): Promise<number> {
  const { record } = await resolveFunction(store, ref);
  return record.latest.timeoutMs;
}

function noneWhereGone(error: unknown): number {
  if (error instanceof ApiError && error.name === 'ResourceNotFoundException') return 0;
  throw error;
}

function refOf({ functionName, qualifier }: MappingRecord, request: ApiRequest): FunctionRef {
  return functionRef(functionName, request.scope, qualifier);
}

function kindOf(sources: EventSources, arn: string, account: string): SourceKind {
  const kind = sources.kindOf(arn, account);
  if (kind !== undefined) return kind;
  throw new ApiError('InvalidParameterValueException', sources.whyNot(arn, account));
}

function conflict(mapping: MappingRecord, uuid: string | undefined): ApiError {
  if (uuid === undefined)
    return new ApiError(
      'InvalidParameterValueException',
      'The account has 1000 event source mappings; it can have no more.',
    );
  const of = `(" ${mapping.sourceArn} ") and function (" ${mapping.functionName} ")`;
  const advice = `Please update or delete the existing mapping with UUID ${uuid}`;
  return new ApiError(
    'ResourceConflictException',
    mapping.sourceArn.startsWith('arn:aws:sqs:')
      ? `An event source mapping with SQS arn ${of} already exists. ${advice}`
      : `The event source arn ${of} provided mapping already exists. ${advice}`,
  );
}

function notThere(): ApiError {
  return new ApiError('ResourceNotFoundException', 'The resource you requested does not exist.');
}

import { ApiError } from '../../../api/errors.ts';
import { eventWire, executionWire, listedExecution } from '../../../api/executions/execution-wire.ts';
import type { Executions } from '../../../events/executions/engine.ts';
import type { ToldEvent } from '../../../model/executions/event.ts';
import { executionStatuses, type Execution, type ExecutionStatus } from '../../../model/executions/execution.ts';
import type { Store } from '../../../store/contract.ts';
import type { ExecutionQuery } from '../../../store/durable/contracts/executions.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import { requestedFunction, resolveFunction } from '../find-function.ts';
import { firstOf, pageStart } from '../pages.ts';
import { itemCount } from './item-count.ts';
import type { ReadingOperation } from './routes.ts';

/** What is shown of executions to whoever has a key of their account. */
export function executionReadingOperations(executions: Executions, store: Store): Runs<ReadingOperation> {
  return {
    GetDurableExecution: getDurableExecution(executions),
    GetDurableExecutionHistory: getDurableExecutionHistory(executions),
    ListDurableExecutionsByFunction: listByFunction(executions, store),
  };
}

function getDurableExecution(executions: Executions): Operation['run'] {
  return async (request) => {
    const execution = await executions.find(request.scope.account, request.parameter('durableExecutionArn'));
    return { status: 200, body: executionWire(execution, request.query('IncludeExecutionData') !== 'false') };
  };
}

function getDurableExecutionHistory(executions: Executions): Operation['run'] {
  return async (request) => {
    const execution = await executions.find(request.scope.account, request.parameter('durableExecutionArn'));
    const limit = itemCount(request);
    const list = `history ${execution.uuid} ${isReverse(request)}`;
    const start = pageStart(request, list);
    const events = await executions.history({
      execution: execution.id,
      after: start === '' ? undefined : Number(start),
      limit: limit + 1,
      newestFirst: isReverse(request),
      withData: request.query('IncludeExecutionData') === 'true',
    });
    // The store gives fewer than it was asked for where they are large.
    const page = events.slice(0, limit);
    const last = page.at(-1);
    const more = last !== undefined && !isEnd(execution, last, isReverse(request));
    const { next } = more ? markerAfter(list, last) : { next: {} };
    return { status: 200, body: { Events: page.map((event) => eventOf(execution, event)), ...next } };
  };
}

/** Events of the execution itself have its name. */
function eventOf(execution: Execution, told: ToldEvent): Readonly<Record<string, unknown>> {
  return eventWire(told.event.operationId === execution.uuid ? { ...told, name: execution.name } : told);
}

function isEnd({ events }: Execution, { event }: ToldEvent, newestFirst: boolean): boolean {
  return newestFirst ? event.number <= 1 : event.number >= events;
}

function markerAfter(list: string, { event }: ToldEvent): { readonly next: { readonly NextMarker: string } } {
  return { next: { NextMarker: Buffer.from(`${list}\n${event.number}`).toString('base64url') } };
}

function listByFunction(executions: Executions, store: Store): Operation['run'] {
  return async (request) => {
    const ref = requestedFunction(request);
    const { record } = await resolveFunction(store, ref);
    const [name, ...statuses] = [request.query('DurableExecutionName'), ...statusesOf(request)];
    const newestFirst = !isReverse(request);
    const list = `executions ${ref.account} ${ref.name} ${newestFirst}`;
    const start = pageStart(request, list);
    const query: ExecutionQuery = {
      account: ref.account,
      kind: 'function',
      functionName: ref.name,
      ...(ref.qualifier !== undefined && { version: record.latest.version }),
      ...(name !== undefined && { name }),
      ...(statuses.length > 0 && { statuses }),
      ...timesOf(request),
      newestFirst,
      ...(start !== '' && { after: afterOf(start) }),
      limit: itemCount(request) + 1,
    };
    const found = await executions.list(query);
    const { items, next } = firstOf(request, list, found, keyOf, itemCount(request));
    return { status: 200, body: { DurableExecutions: items.map(listedExecution), ...next } };
  };
}

function isReverse(request: ApiRequest): boolean {
  return request.query('ReverseOrder') === 'true';
}

function statusesOf(request: ApiRequest): readonly ExecutionStatus[] {
  const given = new Set(request.queryAll('Statuses'));
  return executionStatuses.filter((status) => given.has(status));
}

function timesOf(request: ApiRequest): Pick<ExecutionQuery, 'startedAfter' | 'startedBefore'> {
  const time = (name: string): number | undefined => {
    const text = request.query(name);
    if (text === undefined) return undefined;
    const ms = Date.parse(text);
    if (Number.isNaN(ms))
      throw new ApiError('InvalidParameterValueException', `${name} is no time: ${text.slice(0, 40)}`);
    return ms;
  };
  const [startedAfter, startedBefore] = [time('StartedAfter'), time('StartedBefore')];
  return {
    ...(startedAfter !== undefined && { startedAfter }),
    ...(startedBefore !== undefined && { startedBefore }),
  };
}

function keyOf({ startedAt, id }: Execution): string {
  return `${startedAt} ${id}`;
}

function afterOf(key: string): NonNullable<ExecutionQuery['after']> {
  const [startedAt, id] = key.split(' ');
  return { startedAt: Number(startedAt), id: Number(id) };
}

import { ApiError } from '../../api/errors.ts';
import {
  executionArn,
  executionStatuses,
  type Execution,
  type ExecutionKind,
  type ExecutionStatus,
} from '../../model/executions/execution.ts';
import type { FrontendOptions } from '../context.ts';
import { firstOf, pageStart } from '../lambda/pages.ts';
import { callersHome, smallBodyBytesMax, type ApiRequest, type Operation } from '../routes/operation.ts';

/** Executions of an account, of all its functions or of programs, the newest first: AWS has none of this, only function by function. */
export function listExecutions({ events }: Pick<FrontendOptions, 'events'>): Operation {
  return {
    name: 'ListExecutions',
    method: 'GET',
    path: '/heddle/v1/executions',
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    async run(request) {
      const { account } = request.scope;
      const kind = kindOf(request);
      const [functionName, name] = [request.query('function'), request.query('name')];
      const statuses = request.queryAll('status').map(statusOf);
      const list = `executions ${kind} ${functionName ?? ''} ${name ?? ''}`;
      const [startedAt, id] = pageStart(request, list).split(' ');
      const { executions } = await events.of(account).open();
      const found = await executions.list({
        account,
        kind,
        newestFirst: true,
        limit: pageItems + 1,
        ...(functionName !== undefined && { functionName }),
        ...(name !== undefined && { name }),
        ...(statuses.length > 0 && { statuses }),
        ...(id !== undefined && { after: { startedAt: Number(startedAt), id: Number(id) } }),
      });
      const keyOf = (each: Execution): string => `${each.startedAt} ${each.id}`;
      const { items, next } = firstOf(request, list, found, keyOf, pageItems);
      return { status: 200, body: { Executions: items.map(shown), ...next } };
    },
  };
}

const pageItems = 100;

function statusOf(said: string): ExecutionStatus {
  const status = executionStatuses.find((each) => each === said);
  if (status !== undefined) return status;
  throw new ApiError(
    'InvalidParameterValueException',
    `status is one of ${executionStatuses.join(', ')}; it is ${said.slice(0, 40)}.`,
  );
}

function kindOf(request: ApiRequest): ExecutionKind {
  const kind = request.query('kind') ?? 'function';
  if (kind === 'function' || kind === 'program') return kind;
  throw new ApiError('InvalidParameterValueException', `kind is function or program; it is ${kind.slice(0, 40)}.`);
}

function shown(execution: Execution): Readonly<Record<string, unknown>> {
  const { name, kind, functionName, version, status, phase, startedAt, endedAt } = execution;
  return {
    Arn: executionArn(execution),
    Name: name,
    Kind: kind,
    ...(kind === 'function' && { Function: `${functionName}:${version}` }),
    Status: status,
    ...(status === 'RUNNING' && { Phase: phase }),
    StartedAt: startedAt,
    ...(endedAt !== undefined && { EndedAt: endedAt }),
  };
}

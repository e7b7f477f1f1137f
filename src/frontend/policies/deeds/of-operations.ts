import { ApiError } from '../../../api/errors.ts';
import { functionArn, functionRef, type Scope } from '../../../api/function-ref.ts';
import { jsonInput } from '../../../api/json-input.ts';
import type { Deed } from '../../../policies/services.ts';
import type { AccessKey } from '../../../store/contract.ts';
import type { SignedService } from '../../auth/claim-rules.ts';
import type { Operation } from '../../routes/operation.ts';
import { authorise } from '../authorise.ts';
import { deedsBehind } from './behind.ts';

/**
 * What code that runs may do with the key that it was given, where no policy says: call functions, say which calls follow, tell of the durable execution that it was invoked
 * for, whose token it has from that, look at executions of its account, and complete callbacks of which it was told.
 */
const ofCode: ReadonlySet<string> = new Set([
  'InvokeFunction',
  'InvokeWithResponseStream',
  'CheckpointDurableExecution',
  'GetDurableExecutionState',
  'SendDurableExecutionCallbackSuccess',
  'SendDurableExecutionCallbackFailure',
  'SendDurableExecutionCallbackHeartbeat',
  'GetDurableExecution',
  'GetDurableExecutionHistory',
  'GiveHint',
  'NotifyTrigger',
]);

/** A request, as far as it says what is to be done with what. */
export interface OperationRequest {
  readonly operation: Operation;
  readonly service: SignedService;
  /** What stands in its path, by the route's names. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
  readonly scope: Scope;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Throws AccessDeniedException where who was handed a session's key may not do what he asks for. Not to be asked about an account's own keys. */
export function authoriseOperation(key: AccessKey, request: OperationRequest): void {
  const { operation } = request;
  if (operation.ownersOnly === true)
    throw new ApiError(
      'AccessDeniedException',
      `${operation.name} takes a key of the account, and no session's: no policy allows it.`,
    );
  authorise(key, deedOf(request));
  // Where no policy says what it may, code has done with it only what it may do anyway.
  if (key.holder?.policy === undefined) return;
  for (const deed of deedsBehind(request)) authorise(key, deed);
}

/** What a request to Lambda, Scheduler or Heddle's own interface does, with what. */
export function deedOf(request: OperationRequest): Deed {
  const { operation, service } = request;
  const resource = resourceOf(request);
  return {
    action: actionOf(operation, service),
    ...(resource !== undefined && { resource }),
    ofCode: service === 'lambda' && ofCode.has(operation.name),
  };
}

function actionOf({ name, path }: Operation, service: SignedService): string {
  if (path.startsWith('/heddle/')) return `heddle:${name}`;
  return `${service}:${name === 'InvokeWithResponseStream' ? 'InvokeFunction' : name}`;
}

function resourceOf(request: OperationRequest): string | undefined {
  const { parameters, scope, service, operation } = request;
  const arn = parameters['resource'] ?? parameters['resourceArn'];
  if (arn !== undefined) return arn;
  if (service === 'scheduler') return scheduleArn(request);
  const name = parameters['functionName'] ?? parameters['name'];
  if (operation.path.startsWith('/heddle/'))
    return operation.path.startsWith('/heddle/v1/functions/') && name !== undefined
      ? functionArn(scope, name)
      : undefined;
  if (operation.name === 'CreateFunction') return namedFunction(request, jsonInput(request.body)['FunctionName']);
  if (parameters['functionName'] !== undefined) return namedFunction(request, parameters['functionName']);
  const { layerName, versionNumber, uuid, durableExecutionArn } = parameters;
  const own = `arn:aws:lambda:${scope.region}:${scope.account}`;
  if (layerName !== undefined)
    return `${own}:layer:${layerName}${versionNumber === undefined ? '' : `:${versionNumber}`}`;
  if (uuid !== undefined) return `${own}:event-source-mapping:${uuid}`;
  return durableExecutionArn;
}

function namedFunction({ scope, query }: OperationRequest, name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const qualifier = query['Qualifier'];
  const ref = functionRef(name, scope, typeof qualifier === 'string' ? qualifier : undefined, 'any');
  return ref.qualifier === undefined ? ref.arn : `${ref.arn}:${ref.qualifier}`;
}

function scheduleArn({ parameters, query, body, scope, operation }: OperationRequest): string | undefined {
  const own = `arn:aws:scheduler:${scope.region}:${scope.account}`;
  const { Name, ResourceArn } = parameters;
  if (ResourceArn !== undefined) return ResourceArn;
  if (Name === undefined) return undefined;
  if (operation.name.endsWith('Group')) return `${own}:schedule-group/${Name}`;
  const inBody = operation.method === 'GET' || operation.method === 'DELETE' ? undefined : jsonInput(body)['GroupName'];
  const group = inBody ?? query['groupName'] ?? 'default';
  return `${own}:schedule/${typeof group === 'string' ? group : 'default'}/${Name}`;
}

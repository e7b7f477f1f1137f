import { functionRef, type Scope } from '../../../api/function-ref.ts';
import { expectHeader } from '../../../api/hint.ts';
import { jsonInput } from '../../../api/json-input.ts';
import type { Deed } from '../../../policies/services.ts';
import { roleNameOf } from '../documents.ts';
import { deedsOfHeader, deedsOfHint } from './of-hints.ts';
import type { OperationRequest } from './of-operations.ts';

/** What is done later because of these, in the name of the account: who asks for it has to be allowed that, too. */
const laying: ReadonlySet<string> = new Set([
  'CreateFunction',
  'UpdateFunctionConfiguration',
  'CreateEventSourceMapping',
  'UpdateEventSourceMapping',
  'PutFunctionEventInvokeConfig',
  'UpdateFunctionEventInvokeConfig',
  'CreateSchedule',
  'UpdateSchedule',
  'PutObjectPath',
  'PutAccessPoint',
]);
/** Tags that decide what a function's code may do, and where secrets go. */
const decidingTags: ReadonlySet<string> = new Set(['heddle:policy', 'heddle:egress', 'heddle:secrets']);
/** What is read from and sent to elsewhere, by the service in an ARN. */
const outsideActions: Readonly<Partial<Record<string, string>>> = {
  'heddle-source': 'heddle:ReadSource',
  events: 'events:PutEvents',
  sns: 'sns:Publish',
};
const depthMax = 12;

/**
 * What has to be allowed beside the operation itself: what a request names that will be called, sent to or taken later, or prepared for that, roles that it hands on
 * (`iam:PassRole`), and tags by which functions are bound (`heddle:SetFunctionPolicy`). So nobody gets around what he may not do by having it done.
 */
export function deedsBehind(request: OperationRequest): readonly Deed[] {
  const { operation, parameters, query, body, scope, headers } = request;
  const deeds: Deed[] = [];
  if (operation.name.startsWith('Invoke')) deeds.push(...deedsOfHeader(headers[expectHeader], scope));
  if (operation.name === 'GiveHint') deeds.push(...deedsOfHint(jsonInput(body)['function'], scope));
  if (laying.has(operation.name)) deeds.push(...named(operation.name, jsonInput(body), scope));
  if (operation.name === 'CheckpointDurableExecution') deeds.push(...chained(jsonInput(body)['Updates'], scope));
  const tagging = operation.name === 'UntagResource' || operation.name === 'TagResource';
  const tags = operation.name === 'UntagResource' ? [query['tagKeys'] ?? []].flat() : tagsIn(request);
  if (tags.some((tag) => decidingTags.has(tag)))
    deeds.push({
      action: 'heddle:SetFunctionPolicy',
      ofCode: false,
      ...(tagging && { resource: parameters['resource'] ?? '' }),
    });
  return deeds;
}

function tagsIn({ operation, body }: OperationRequest): readonly string[] {
  if (operation.name !== 'TagResource' && operation.name !== 'CreateFunction') return [];
  const tags = jsonInput(body)['Tags'];
  return typeof tags === 'object' && tags !== null ? Object.keys(tags) : [];
}

function named(operation: string, input: Readonly<Record<string, unknown>>, scope: Scope): readonly Deed[] {
  const deeds: Deed[] = [];
  const visit = (value: unknown, member: string, depth: number): void => {
    if (depth > depthMax) return;
    if (typeof value === 'string') deeds.push(...meant(operation, member, value, scope));
    else if (Array.isArray(value)) for (const one of value) visit(one, member, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value)) visit(one, name, depth + 1);
  };
  for (const [name, value] of Object.entries(input)) if (!isOwn(operation, name)) visit(value, name, 0);
  return deeds;
}

/** What names the function itself, its environment and its code is nothing that is called. */
function isOwn(operation: string, member: string): boolean {
  if (member === 'Environment' || member === 'Code' || member === 'Tags' || member === 'Description') return true;
  return member === 'FunctionName' && !operation.includes('EventSourceMapping');
}

/** Functions that a durable execution invokes, for whose code the service does it. */
function chained(updates: unknown, scope: Scope): readonly Deed[] {
  const all: readonly unknown[] = Array.isArray(updates) ? updates : [];
  return all.flatMap((update) => {
    const name: unknown = Object(Object(update)['ChainedInvokeOptions'])['FunctionName'];
    return typeof name === 'string' ? [calling(name, scope)] : [];
  });
}

/** An ARN with the partition that policies say: who reads one later does not look at its partition. Undefined for what is none. */
export function arnOf(text: string): string | undefined {
  const [scheme, , ...rest] = text.split(':');
  return scheme === 'arn' ? ['arn:aws', ...rest].join(':') : undefined;
}

/** To call a function: however it is named, it is the one that it is. Throws as `functionRef` does. */
export function calling(name: string, scope: Scope): Deed {
  const { arn, qualifier } = functionRef(name, scope, undefined, 'any');
  const resource = qualifier === undefined ? arn : `${arn}:${qualifier}`;
  return { action: 'lambda:InvokeFunction', resource, ofCode: true };
}

/** A role that is none of the account's means nothing: a function with it is bound by none. */
function passing(role: string, { account }: Scope): Deed {
  const deed = { action: 'iam:PassRole', ofCode: false };
  const name = roleNameOf(role, account);
  return name === undefined ? deed : { ...deed, resource: `arn:aws:iam::${account}:role/${name}` };
}

function meant(operation: string, member: string, text: string, scope: Scope): readonly Deed[] {
  if (member === 'FunctionName' && operation.includes('EventSourceMapping')) return [calling(text, scope)];
  // Functions that objects go through are named as they are called, by themselves in their lists, too.
  if (operation === 'PutObjectPath' || operation === 'PutAccessPoint')
    return member === 'payload' || member === 'bucket' ? [] : [calling(text, scope)];
  if (member === 'Role' || member === 'RoleArn') return [passing(text, scope)];
  const resource = arnOf(text);
  const service = resource?.split(':')[2];
  if (resource === undefined || service === undefined) return [];
  if (service === 'lambda') return [calling(resource, scope)];
  if (service === 'sqs') {
    const action = member === 'EventSourceArn' ? 'sqs:ReceiveMessage' : 'sqs:SendMessage';
    return [{ action, resource, ofCode: true }];
  }
  // Those are reached by what the operator of the service has.
  const outside = outsideActions[service];
  if (outside !== undefined) return [{ action: outside, resource, ofCode: false }];
  const api = /^arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)$/.exec(resource);
  // What it is about stands in its input: only who may do it with all may have it done.
  if (api === null) return [];
  return [{ action: `${api[1]}:${api[2] === 'invoke' ? 'InvokeFunction' : api[2]}`, ofCode: false }];
}

import { jsonInput } from '../../../api/json-input.ts';
import type { SettingsDocument } from '../../../store/settings-contract.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiReply, ApiRequest } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import { pageOf } from '../pages.ts';
import { eventInvokeKind as kind } from '../../../events/async/rules.ts';
import { checkThere, configured, configWire, noConfig, readConfig } from './config.ts';
import type { EventInvokeOperation } from './operations.ts';

/** What the operations on event-invoke-configs do. */
export function eventInvokeRuns(context: LambdaContext): Runs<EventInvokeOperation> {
  return {
    PutFunctionEventInvokeConfig: (request) => put(context, request, false),
    UpdateFunctionEventInvokeConfig: (request) => put(context, request, true),
    GetFunctionEventInvokeConfig: (request) => get(context, request),
    DeleteFunctionEventInvokeConfig: (request) => remove(context, request),
    ListFunctionEventInvokeConfigs: (request) => list(context, request),
  };
}

async function put(context: LambdaContext, request: ApiRequest, keepsRest: boolean): Promise<ApiReply> {
  const { store, clock } = context;
  const ref = configured(requestedFunction(request));
  await checkThere(context, ref);
  const said = await readConfig(context, ref, request.scope.region, jsonInput(request.body));
  const { account, name, qualifier } = ref;
  const before = store.settings.get(account, name, qualifier, kind);
  if (keepsRest && before === undefined) throw noConfig(ref);
  const document: SettingsDocument = { ...(keepsRest ? before : {}), ...said, LastModified: clock.wall() / 1_000 };
  await store.settings.put(account, name, qualifier, kind, document);
  return { status: 200, body: configWire({ account, name, qualifier, kind, document }, request.scope.region) };
}

async function get({ store }: LambdaContext, request: ApiRequest): Promise<ApiReply> {
  const { account, name, qualifier, ...ref } = configured(requestedFunction(request));
  const document = store.settings.get(account, name, qualifier, kind);
  if (document === undefined) throw noConfig({ account, name, qualifier, ...ref });
  return { status: 200, body: configWire({ account, name, qualifier, kind, document }, request.scope.region) };
}

async function remove({ store }: LambdaContext, request: ApiRequest): Promise<ApiReply> {
  const ref = configured(requestedFunction(request));
  const gone = await store.settings.delete(ref.account, ref.name, ref.qualifier, kind);
  if (gone === undefined) throw noConfig(ref);
  return { status: 204 };
}

async function list(context: LambdaContext, request: ApiRequest): Promise<ApiReply> {
  const ref = requestedFunction(request);
  await checkThere(context, ref);
  const all = context.store.settings.list(ref.account, ref.name, kind);
  const { items, next } = pageOf(request, `${kind} ${ref.name}`, all, ({ qualifier }) => qualifier);
  const FunctionEventInvokeConfigs = items.map((entry) => configWire(entry, request.scope.region));
  return { status: 200, body: { FunctionEventInvokeConfigs, ...next } };
}

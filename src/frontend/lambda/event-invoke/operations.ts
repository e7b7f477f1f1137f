import type { LambdaContext } from '../context.ts';
import { loadedLater, type Route } from '../../routes/loaded-later.ts';
import { smallBodyBytesMax, type Operation } from '../../routes/operation.ts';

const path = '/2019-09-25/functions/:functionName/event-invoke-config';
const at = (method: Route['method'], where = path): Route => ({ method, path: where, bodyBytesMax: smallBodyBytesMax });

export type EventInvokeOperation =
  | `${'Put' | 'Update' | 'Get' | 'Delete'}FunctionEventInvokeConfig`
  | 'ListFunctionEventInvokeConfigs';

const routes: Readonly<Record<EventInvokeOperation, Route>> = {
  PutFunctionEventInvokeConfig: at('PUT'),
  UpdateFunctionEventInvokeConfig: at('POST'),
  GetFunctionEventInvokeConfig: at('GET'),
  DeleteFunctionEventInvokeConfig: at('DELETE'),
  ListFunctionEventInvokeConfigs: at('GET', `${path}/list`),
};

/**
 * What is to become of a function's asynchronous events: how often and how long they are tried, and where their results go. In this room
 * it is kept, checked and shown; whoever runs events (`src/events/async`) reads it from `Store.settings`.
 */
export function eventInvokeOperations(context: LambdaContext): readonly Operation[] {
  return loadedLater(routes, async () => (await import('./runs.ts')).eventInvokeRuns(context));
}

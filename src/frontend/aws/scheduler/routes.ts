import { modelOperations } from '../../../api/model/scheduler/operations.ts';
import type { Route } from '../../routes/loaded-later.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';

/** Where an operation of EventBridge Scheduler is, by AWS's model. */
export function routeOf(name: string): Route {
  const { method = '', uri = '' } = modelOperations[name] ?? {};
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE')
    throw new Error(`The model of EventBridge Scheduler has no ${name}.`);
  return { method, path: uri.replaceAll(/\{(\w+)\}/g, ':$1'), bodyBytesMax: smallBodyBytesMax };
}

/** Where all of them are. */
export const schedulerRoutes: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.keys(modelOperations).map((name) => [name, routeOf(name)]),
);

import type { LambdaContext } from '../context.ts';
import { loadedAtHome, type Route } from '../../routes/loaded-later.ts';
import { smallBodyBytesMax, type Operation } from '../../routes/operation.ts';

const all = '/2015-03-31/event-source-mappings';
const one = `${all}/:uUID`;
const at = (method: Route['method'], path: string): Route => ({ method, path, bodyBytesMax: smallBodyBytesMax });

export type MappingOperation =
  | `${'Create' | 'Get' | 'Update' | 'Delete'}EventSourceMapping`
  | 'ListEventSourceMappings';

const routes: Readonly<Record<MappingOperation, Route>> = {
  CreateEventSourceMapping: at('POST', all),
  GetEventSourceMapping: at('GET', one),
  UpdateEventSourceMapping: at('PUT', one),
  DeleteEventSourceMapping: at('DELETE', one),
  ListEventSourceMappings: at('GET', all),
};

/** Making, showing, changing and removing event source mappings; what they do is in `runs.ts`. */
export function eventSourceOperations({ events, store, clock }: LambdaContext): readonly Operation[] {
  return loadedAtHome(routes, events, async (own) => {
    const [{ eventSourceRuns }, { sources }] = await Promise.all([import('./runs.ts'), own.open()]);
    return eventSourceRuns({ events: own, durable: own.durable, sources, store, clock });
  });
}

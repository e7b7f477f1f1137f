import type { AccountEvents, Events } from '../events.ts';
import { callersHome, type ApiReply, type ApiRequest, type Operation } from './operation.ts';

/** Where an operation is; its name is beside it. */
export type Route = Pick<Operation, 'method' | 'path' | 'bodyBytesMax'>;

/** What operations do, by name. */
export type Runs<Name extends string> = Readonly<Record<Name, Operation['run']>>;

/** Gives what was loaded, and loads it for the first who asks; for the next, where that failed. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}

/** The same for each of some events. */
export function onceOf<T>(load: (events: Events) => Promise<T>): (events: Events) => Promise<T> {
  const loaded = new WeakMap<Events, () => Promise<T>>();
  return async (events) => {
    const known = loaded.get(events) ?? once(() => load(events));
    loaded.set(events, known);
    return await known();
  };
}

/** Operations on what is kept at an account's home: as `loadedLater`, for the events of who asks. */
export function loadedAtHome<Name extends string>(
  routes: Readonly<Record<Name, Route>>,
  events: Pick<AccountEvents, 'of'>,
  load: (events: Events) => Promise<Runs<Name>>,
): readonly Operation[] {
  const loaded = onceOf(load);
  const all: readonly [string, Route][] = Object.entries(routes);
  return all.map(([name, route]) => ({
    name,
    ...route,
    home: callersHome,
    run: async (request) => await runIn(await loaded(events.of(request.scope.account)), name, request),
  }));
}

/** Operations whose code is loaded when one of them is asked for first: a service that never is has none of it in memory. */
export function loadedLater<Name extends string>(
  routes: Readonly<Record<Name, Route>>,
  load: () => Promise<Runs<Name>>,
): readonly Operation[] {
  const loaded = once(load);
  const all: readonly [string, Route][] = Object.entries(routes);
  return all.map(([name, route]) => ({
    name,
    ...route,
    run: async (request) => await runIn(await loaded(), name, request),
  }));
}

async function runIn(
  runs: Readonly<Record<string, Operation['run'] | undefined>>,
  name: string,
  request: ApiRequest,
): Promise<ApiReply> {
  const run = runs[name];
  if (run === undefined) throw new Error(`What was loaded for ${name} does not have it.`);
  return await run(request);
}

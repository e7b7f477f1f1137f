import type { ThreadOptions } from '../options.ts';
import type { ThreadStart } from '../thread/thread-run.ts';
import type { Thread, ThreadExtras } from '../thread/thread.ts';
import type { PreparationAnswer } from '../../../model/preparations.ts';
import type { ExpectOptions, ExpectThreads } from './expect.ts';
import { mapThreads, type MapOptions } from './map.ts';
import { streamOf } from './stream.ts';

type AnyFunction = (...args: never[]) => unknown;
/** What a function takes that can do with one argument. */
type OnlyArgument<F extends AnyFunction> = F extends (item: infer I) => unknown ? I : never;
type Item<R> = R extends AsyncIterable<infer T> | Iterable<infer T> ? T : never;

/** One export of a module, elsewhere. Calling it starts a thread and joins it. */
export interface RemoteFunction<F extends AnyFunction> {
  (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>>;
  /** Starts a thread, and gives it. */
  spawn(...args: Parameters<F>): Thread<Awaited<ReturnType<F>>>;
  /** A thread for each item, which is its only argument. With `onError: 'yield'` failures come as RemoteErrors. */
  map(
    items: Iterable<OnlyArgument<F>> | AsyncIterable<OnlyArgument<F>>,
    options: MapOptions & { readonly onError: 'yield' },
  ): AsyncGenerator<Awaited<ReturnType<F>> | Error, void>;
  map(
    items: Iterable<OnlyArgument<F>> | AsyncIterable<OnlyArgument<F>>,
    options?: MapOptions & { readonly onError?: 'throw' | 'skip' },
  ): AsyncGenerator<Awaited<ReturnType<F>>, void>;
  map(
    items: Iterable<OnlyArgument<F>> | AsyncIterable<OnlyArgument<F>>,
    options?: MapOptions,
  ): AsyncGenerator<Awaited<ReturnType<F>> | Error, void>;
  /** Of a generator: what it yields, one by one, as it is taken. */
  stream(...args: Parameters<F>): AsyncGenerator<Item<Awaited<ReturnType<F>>>, void>;
  /** So many threads of it will come at once, soon: the service prepares containers in which its module is loaded; says of how many, and why not of the others. */
  expect(count: number, options?: ExpectOptions): Promise<PreparationAnswer>;
  /** The same function with other options. */
  with(options: ThreadOptions): RemoteFunction<F>;
}

/** A module whose functions run elsewhere. */
export type Remote<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends AnyFunction
    ? RemoteFunction<M[K]>
    : never;
};

/** Starts a thread of an export, with options beside the module's. */
export type StartExport = (
  exportName: string,
  args: readonly unknown[],
  options: ThreadOptions,
  extras: StartExtras,
) => Thread<unknown>;

/** What calls, `map` and `stream` add to a thread. */
type StartExtras = Pick<ThreadExtras, 'onItem' | 'batches' | 'repeatable' | 'onStart'>;

/**
 * A module's functions by whatever starts threads of them. `expect`: says that some will come. `mapping`: what `map` does where its caller says nothing else.
 *
 * The functions of a whole module are this room's: `remote.ts` has its code made and sent when it is first needed, this gives each export its
 * forms, `map.ts` starts a thread for each item, and `stream.ts` iterates over what one thread gives, by way of `queue.ts`. Pools and the
 * entry for threads call this with starts of their own.
 */
export function remoteModule<M extends object>(
  start: StartExport,
  expect: ExpectThreads,
  mapping: MapOptions = {},
): Remote<M> {
  const made = new Map<string, RemoteFunction<AnyFunction>>();
  const handler: ProxyHandler<object> = {
    get: (_target, name) => {
      // A promise would be taken for one that has `then`.
      if (typeof name !== 'string' || name === 'then') return undefined;
      const found = made.get(name) ?? remoteFunction({ start, expect, mapping }, name, {});
      made.set(name, found);
      return found;
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is behind the proxy is the module that M is the type of
  return new Proxy({}, handler) as Remote<M>;
}

/** How functions of one module are run. */
interface Running {
  readonly start: StartExport;
  readonly expect: ExpectThreads;
  readonly mapping: MapOptions;
}

function remoteFunction(running: Running, exportName: string, options: ThreadOptions): RemoteFunction<AnyFunction> {
  const { start, expect, mapping } = running;
  const begin = (args: readonly unknown[], own: ThreadOptions, extras: StartExtras): Thread<unknown> =>
    start(exportName, args, { ...options, ...own }, extras);
  const call = async (...args: never[]): Promise<unknown> => begin(args, {}, { batches: true });
  return Object.assign(call, {
    spawn: (...args: never[]) => begin(args, {}, {}),
    map: (items: Iterable<never> | AsyncIterable<never>, own: MapOptions = {}) => {
      const { onStart } = own;
      const started = (item: never) => onStart && { onStart: (how: ThreadStart) => onStart(how, item) };
      const extras = { batches: true, repeatable: true };
      return mapThreads(items, (item) => begin([item], own, { ...extras, ...started(item) }), { ...mapping, ...own });
    },
    stream: (...args: never[]) => streamOf<never>((onItem) => begin(args, {}, { onItem })),
    expect: (count: number, own: ExpectOptions = {}) => expect(exportName, options, count, own),
    with: (own: ThreadOptions) => remoteFunction(running, exportName, { ...options, ...own }),
  });
}

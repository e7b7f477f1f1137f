import { moduleCode } from '../code/module-code.ts';
import { mapThreads, type MapOptions } from './map.ts';
import type { ThreadOptions } from './options.ts';
import { startThread } from './start-thread.ts';
import { streamOf } from './stream.ts';
import type { Thread } from './thread.ts';

type AnyFunction = (...args: never[]) => unknown;
type Item<R> = R extends AsyncIterable<infer T> | Iterable<infer T> ? T : never;

/** One export of a module, elsewhere. Calling it starts a thread and joins it. */
export interface RemoteFunction<F extends AnyFunction> {
  (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>>;
  /** Starts a thread, and gives it. */
  spawn(...args: Parameters<F>): Thread<Awaited<ReturnType<F>>>;
  /** A thread for each item, which is its only argument. With `onError: 'yield'` failures come as RemoteErrors. */
  map(
    items: Iterable<Parameters<F>[0]> | AsyncIterable<Parameters<F>[0]>,
    options: MapOptions & { readonly onError: 'yield' },
  ): AsyncGenerator<Awaited<ReturnType<F>> | Error, void>;
  map(
    items: Iterable<Parameters<F>[0]> | AsyncIterable<Parameters<F>[0]>,
    options?: MapOptions & { readonly onError?: 'throw' | 'skip' },
  ): AsyncGenerator<Awaited<ReturnType<F>>, void>;
  /** Of a generator: what it yields, one by one, as it is taken. */
  stream(...args: Parameters<F>): AsyncGenerator<Item<Awaited<ReturnType<F>>>, void>;
  /** The same function with other options. */
  with(options: ThreadOptions): RemoteFunction<F>;
}

/** A module whose functions run elsewhere. */
export type Remote<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends AnyFunction
    ? RemoteFunction<M[K]>
    : never;
};

/** Options of a whole module. */
export interface RemoteOptions extends ThreadOptions {
  /** Files that the module reads beside its own code, relative to it. */
  readonly files?: readonly string[];
}

/**
 * A module whose every exported function runs in threads: `remote<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))`.
 * It is bundled with its npm dependencies once, when it is first used, and sent once.
 */
export function remote<M extends object>(module: URL | string, options: RemoteOptions = {}): Remote<M> {
  const { files, ...rest } = options;
  const code = (): ReturnType<typeof moduleCode> =>
    moduleCode(module, { external: ['heddle'], ...(files !== undefined && { files }) });
  const made = new Map<string, RemoteFunction<AnyFunction>>();
  const handler: ProxyHandler<object> = {
    get: (_target, name) => {
      // A promise would be taken for one that has `then`.
      if (typeof name !== 'string' || name === 'then') return undefined;
      const found = made.get(name) ?? remoteFunction(code, name, rest);
      made.set(name, found);
      return found;
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is behind the proxy is the module that M is the type of
  return new Proxy({}, handler) as Remote<M>;
}

function remoteFunction(
  code: () => ReturnType<typeof moduleCode>,
  exportName: string,
  options: ThreadOptions,
): RemoteFunction<AnyFunction> {
  const start = <R>(args: readonly unknown[], own: ThreadOptions, onItem?: (item: unknown) => void): Thread<R> =>
    startThread<R>({ code: code(), exportName }, args, { ...options, ...own }, onItem);
  const call = async (...args: unknown[]): Promise<unknown> => start(args, {});
  const made = Object.assign(call, {
    spawn: (...args: unknown[]) => start(args, {}),
    map: (items: Iterable<unknown> | AsyncIterable<unknown>, own: MapOptions = {}) =>
      mapThreads(items, (item) => start([item], own), own),
    stream: (...args: unknown[]) => streamOf((onItem) => start(args, {}, onItem)),
    with: (own: ThreadOptions) => remoteFunction(code, exportName, { ...options, ...own }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- typed by the module's own types
  return made as unknown as RemoteFunction<AnyFunction>;
}

import type { Trust } from '../../model/functions/portion.ts';
import { functionCode } from '../code/function-code.ts';
import type { ThreadCode } from '../code/thread-code.ts';
import type { PortionCalls } from './calls.ts';
import { completePolicy } from './policy.ts';
import { sourceCode, withCalls, type SourceOptions } from './portion-code.ts';
import {
  checkInterface,
  portionFunction,
  portionModule,
  type AnyFunction,
  type Calling,
  type CallingModule,
  type FunctionOptions,
  type ModulePortionOptions,
  type PortionFunction,
  type PortionModule,
} from './portion-functions.ts';
import { Portion } from './portion.ts';

/** Makes the code of a module that is to be a portion. */
export type PortionBundler = (
  module: URL | string,
  options: { readonly files?: readonly string[] },
) => Promise<ThreadCode>;

/** What code that came as text has as its interface: one function (its default export), or some. */
export type SourcePortion<M> = M extends (...args: infer A) => infer R ? PortionFunction<A, R> : PortionModule<M>;

/** How code that came as text becomes a portion. */
export type SourcePortionOptions<M = object> = Omit<ModulePortionOptions<M>, 'files'> & SourceOptions & FunctionOptions;

/** Marks functions, modules and code as portions of one trust. */
export interface MarkPortion {
  /** A self-contained function, as `spawn` takes it. With `calls` these are its first argument. Throws CapturedVariableError, RangeError, TypeError. */
  <C extends PortionCalls, A extends readonly unknown[], R, O = Awaited<R>>(
    fn: Calling<C, A, R>,
    options: FunctionOptions<A, O> & { readonly calls: C },
  ): PortionFunction<A, O>;
  <A extends readonly unknown[], R, O = Awaited<R>>(
    fn: (...args: A) => R,
    options?: FunctionOptions<A, O> & { readonly calls?: undefined },
  ): PortionFunction<A, O>;
  /** A module, as `remote` takes it: its exported functions, typed. */
  module<M extends object>(
    module: URL | string,
    options: ModulePortionOptions<M> & { readonly calls: PortionCalls },
  ): CallingModule<M>;
  module<M extends object>(module: URL | string, options?: ModulePortionOptions<M>): PortionModule<M>;
  /** A module that comes as text while the program runs: a plug-in, or what a model wrote. `calls` are globals there. */
  source<M extends object = (...args: unknown[]) => unknown>(
    code: string,
    options?: SourcePortionOptions<M>,
  ): SourcePortion<M>;
}

const sourceBytesMax = 10 * 1_048_576;

/** Gives what marks portions of this trust. `bundle`: where modules are bundled here; `named`: makes of a module that is here already. */
export function markPortion(trust: Trust, bundle: PortionBundler): MarkPortion {
  const mark = (fn: AnyFunction, options: FunctionOptions & { readonly calls?: PortionCalls } = {}): AnyFunction => {
    const { args, result, calls = {}, ...rest } = options;
    const policy = completePolicy(trust, rest);
    checkInterface({ default: { args, result } }, calls);
    const here: { stack?: string } = {};
    Error.captureStackTrace(here, mark);
    // Refusals are thrown here, with the caller's own stack.
    const code = functionCode(fn, here.stack ?? '');
    code.catch(() => undefined);
    const make = async (): Promise<ThreadCode> => withCalls(await code, Object.keys(calls));
    return portionFunction(new Portion(fn.name || trust, policy, make, calls), 'default', { args, result });
  };
  const module = (url: URL | string, options: ModulePortionOptions<Record<string, unknown>> = {}): object => {
    const { exports = {}, calls = {}, files, ...rest } = options;
    const policy = completePolicy(trust, rest);
    checkInterface(exports, calls);
    const make = async (): Promise<ThreadCode> =>
      withCalls(await bundle(url, files === undefined ? {} : { files }), Object.keys(calls));
    const name = String(url).split('/').at(-1) ?? trust;
    return portionModule(new Portion(name, policy, make, calls), exports);
  };
  const source = (text: string, options: SourcePortionOptions<Record<string, unknown>> = {}): object => {
    const { exports = {}, args, result, calls = {}, language, ...rest } = options;
    if (typeof text !== 'string' || Buffer.byteLength(text) > sourceBytesMax)
      throw new RangeError(`The code of a portion must be a text of at most ${sourceBytesMax} bytes.`);
    const policy = completePolicy(trust, rest);
    const schemas = { ...exports, default: { args, result, ...exports['default'] } };
    checkInterface(schemas, calls);
    const made = sourceCode(text, { name: rest.name, language }, Object.keys(calls));
    return portionModule(new Portion('source', policy, async () => made, calls), schemas);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is made of a function has the types of that function
  return Object.assign(mark, { module, source }) as MarkPortion;
}

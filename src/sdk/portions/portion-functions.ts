import type { CallsInside, PortionCalls } from './calls.ts';
import type { PortionPolicy } from './policy.ts';
import type { ExportSchemas, Portion } from './portion.ts';
import { checkSchema, type StandardSchema } from './standard-schema.ts';

/** Any function at all. */
export type AnyFunction = (...args: never[]) => unknown;

/** What a call of a portion gives: a promise of what the function gives, or of what its result's schema makes of it. */
export type PortionFunction<A extends readonly unknown[], R> = ((...args: A) => Promise<Awaited<R>>) & AsyncDisposable;

/** The exported functions of a module that is a portion. */
export type PortionModule<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
} & AsyncDisposable;

/** The same of one whose functions take the program's calls first. */
export type CallingModule<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends (
    calls: infer _C,
    ...args: infer A
  ) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
} & AsyncDisposable;

/** A policy, and what the values of one function are to be like. */
export interface FunctionOptions<A extends readonly unknown[] = readonly unknown[], R = unknown> extends PortionPolicy {
  readonly args?: StandardSchema<unknown, A>;
  readonly result?: StandardSchema<unknown, R>;
}

/** A policy, what the values of its exports are to be like, and what its functions may call. */
export interface ModulePortionOptions<M = object> extends PortionPolicy {
  readonly exports?: { readonly [K in keyof M]?: ExportSchemas };
  /** Given to each function before its own arguments. */
  readonly calls?: PortionCalls;
  /** Files that the module reads beside its own code, relative to it. */
  readonly files?: readonly string[];
}

/** A function that takes its program's calls first. */
export type Calling<C extends PortionCalls, A extends readonly unknown[], R> = (calls: CallsInside<C>, ...args: A) => R;

/** Throws TypeError for schemas and calls that are none. */
export function checkInterface(
  schemas: Readonly<Record<string, ExportSchemas | undefined>>,
  calls: PortionCalls = {},
): void {
  for (const [name, one] of Object.entries(schemas)) {
    checkSchema(`${name} args`, one?.args);
    checkSchema(`${name} result`, one?.result);
  }
  for (const [name, call] of Object.entries(calls)) {
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || name === '__proto__')
      throw new TypeError(`\`calls\` has '${name}', which is no name that code could call.`);
    const run: unknown = typeof call === 'object' && call !== null ? call.run : call;
    if (typeof run !== 'function') throw new TypeError(`\`calls.${name}\` must be a function, or have one as \`run\`.`);
    if (typeof call === 'object') checkSchema(`calls.${name}.args`, call.args);
    if (typeof call === 'object') checkSchema(`calls.${name}.result`, call.result);
  }
}

/** One export of a portion as a function that can be disposed of with all of it. */
export function portionFunction(portion: Portion, exportName: string, schemas: ExportSchemas): AnyFunction {
  const call = (...args: never[]): Promise<unknown> => portion.call(exportName, args, schemas);
  return Object.assign(call, { [Symbol.asyncDispose]: () => portion[Symbol.asyncDispose]() });
}

/** The exports of a portion, each when it is first asked for; called itself it is the default one. */
export function portionModule(portion: Portion, schemas: Readonly<Record<string, ExportSchemas | undefined>>): object {
  const made = new Map<string, AnyFunction>();
  const find = (name: string): AnyFunction => {
    const found = made.get(name) ?? portionFunction(portion, name, schemas[name] ?? {});
    made.set(name, found);
    return found;
  };
  return new Proxy(() => undefined, {
    get: (_target, name) => {
      if (name === Symbol.asyncDispose) return () => portion[Symbol.asyncDispose]();
      // A promise would be taken for one that has `then`.
      return typeof name !== 'string' || name === 'then' ? undefined : find(name);
    },
    apply: (_target, _this, args: never[]) => find('default')(...args),
  });
}

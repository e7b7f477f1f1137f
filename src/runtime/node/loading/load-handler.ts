import fs from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { isErrorCode, RuntimeFault } from '../errors/errors.ts';
import { checkedHandler } from '../invocation/handler-style.ts';
import { parseHandlerName, type HandlerName } from './handler-name.ts';
import { loadCommonJs } from './load-commonjs.ts';
import { loadEsModule } from './load-es-module.ts';

/** A function of user code; nothing is known of what it takes and gives. */
export type UserFunction = (...args: readonly unknown[]) => unknown;

/**
 * Loads the module that `handler` names below `taskRoot` and finds the function in it, by AWS Lambda's rules: the file as
 * it is named, else with `.js`, `.mjs`, `.cjs`, else as Node finds a package. `onBegin` is called at most once, right
 * before the module's first line. CommonJS is loaded before this returns; ES modules give a promise.
 *
 * Throws (or rejects with) a RuntimeFault for a malformed handler, a module that cannot be found or parsed, or an export
 * that is not there or no function; anything else is what the module threw.
 *
 * This room is how user code gets into the process; the server calls `loadHandler` in the first invocation, and `Threads` `loadModule` with
 * the first thread. `load-commonjs.ts` is tried first, `load-es-module.ts` takes what it cannot.
 */
export function loadHandler(
  taskRoot: string,
  handler: string,
  onBegin: () => void,
): UserFunction | Promise<UserFunction> {
  const { exportPath } = parseHandlerName(handler);
  const loaded = loadModule(taskRoot, handler, onBegin);
  const pick = (exports: unknown): UserFunction => checkedHandler(pickFunction(exports, handler, exportPath));
  return loaded.kind === 'later' ? loaded.exports.then(pick) : pick(loaded.exports);
}

/** What came of loading a module: its exports, now or later. */
export type LoadedModule =
  | { readonly kind: 'now'; readonly exports: unknown }
  | { readonly kind: 'later'; readonly exports: Promise<unknown> };

/** The same without looking for a function in it: `handler` names the module, its last part is passed over. */
export function loadModule(taskRoot: string, handler: string, onBegin: () => void): LoadedModule {
  // The code may have been mounted over the folder that this process is in.
  if (process.cwd() === taskRoot) process.chdir(taskRoot);
  const name = parseHandlerName(handler);
  try {
    const file = findModule(taskRoot, name);
    if (!file.endsWith('.mjs')) {
      const loaded = loadCommonJs(file, onBegin);
      if (loaded.isCommonJs) return { kind: 'now', exports: loaded.exports };
    }
    return { kind: 'later', exports: loadEsModule(file, onBegin).catch(rethrow) };
  } catch (error) {
    return rethrow(error);
  }
}

function findModule(taskRoot: string, { folder, module }: HandlerName): string {
  const path = resolve(taskRoot, folder, module);
  const { resolve: find } = createRequire(join(taskRoot, '/'));
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const found = fs.statSync(path + extension, { throwIfNoEntry: false });
    // Node's loaders know modules by their real path; a folder by the file it stands for.
    if (found !== undefined) return found.isDirectory() ? find(path) : fs.realpathSync.native(path + extension);
  }
  return find(module, { paths: [taskRoot, resolve(taskRoot, folder)] });
}

/** Finds a function among a module's exports. Throws the RuntimeFault `HandlerNotFound`. */
export function pickFunction(exports: unknown, name: string, exportPath: readonly string[]): UserFunction {
  let value: unknown = exports;
  for (const key of exportPath) {
    if (value === undefined || value === null) break;
    value = Reflect.get(Object(value), key);
  }
  if (isFunction(value)) return value;
  const problem = value ? 'is not a function' : 'is undefined or not exported';
  throw new RuntimeFault('HandlerNotFound', `${name} ${problem}`);
}

function isFunction(value: unknown): value is UserFunction {
  return typeof value === 'function';
}

function rethrow(error: unknown): never {
  throw asImportFault(error);
}

/** What loading threw, under AWS Lambda's name where it has one for that. */
export function asImportFault(error: unknown): unknown {
  if (error instanceof SyntaxError) return RuntimeFault.from('UserCodeSyntaxError', error);
  if (isErrorCode(error, 'MODULE_NOT_FOUND') || isErrorCode(error, 'ERR_MODULE_NOT_FOUND'))
    return RuntimeFault.from('ImportModuleError', error, remedyFor(error));
  return error;
}

/** Code for AWS relies on all of its SDK's clients; those that are used most are here. */
function remedyFor({ message }: Error): string {
  const [, name] = /^Cannot find (?:module|package) '(@aws-sdk\/[^/']+)/.exec(message) ?? [];
  return name === undefined
    ? ''
    : `\nThis machine's runtime has no ${name}, as AWS's has: deploy it with the function.`;
}

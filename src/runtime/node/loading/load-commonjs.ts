import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import { isErrorCode } from '../errors/errors.ts';

/** What came of an attempt to load a file as CommonJS. */
export type CommonJsResult = { readonly isCommonJs: true; readonly exports: unknown } | { readonly isCommonJs: false };

/**
 * Loads a file by `require`, as Node has it or as a package that watches modules has replaced it (`Module.prototype.require`,
 * `Module._extensions`), and calls `onBegin` after it was read and compiled, at the last moment before its first line runs.
 * Says `isCommonJs: false`, with nothing run, if the file turns out to be an ES module: by `"type": "module"`,
 * or by its syntax where nothing says what it is. Throws what the module throws.
 *
 * How the moment is found: Node's loader takes `module.exports`, to pass it to the module's code as `exports`, after it
 * compiled that code and before it calls it; and this is when it looks at the property for the first time.
 */
export function loadCommonJs(file: string, onBegin: () => void): CommonJsResult {
  let begun = false;
  let unmute = (): void => {};
  const unhook = onCompile(file, (loading, format) => {
    if (format === 'module' || format === 'module-typescript') throw new EsModuleFound();
    // Node would advise to mark it as an ES module, if it is one; we load it as one.
    unmute = muteWarnings();
    callOnFirstRead(loading, () => {
      begun = true;
      unmute();
      onBegin();
    });
  });
  sayWhere(file);
  try {
    return { isCommonJs: true, exports: createRequire(join(dirname(file), '_'))(file) };
  } catch (error) {
    if (begun) throw error;
    if (!isEsModuleError(error)) throw error;
    return { isCommonJs: false };
  } finally {
    unhook();
    unmute();
  }
}

/**
 * Tells Node where the file of this real path is: that it need not look for it, link by link, which takes half a millisecond in gVisor. Node
 * keeps what it has found under these names (lib/internal/modules/cjs/loader.js, `Module._findPath`); where it does not, it looks.
 */
function sayWhere(file: string): void {
  const found: unknown = Reflect.get(Module, '_pathCache');
  if (typeof found === 'object' && found !== null) Reflect.set(found, `${file}\0`, file);
}

/** Has `look` called when this file is about to be compiled, once, or until the function that this gives was called. */
function onCompile(file: string, look: (loading: NodeJS.Module, format: string | undefined) => void): () => void {
  const prototype: object = Module.prototype;
  if (!hasCompile(prototype)) throw new Error(`Node ${process.version} has no Module.prototype._compile.`);
  const compile = prototype._compile;
  const unhook = (): void => {
    // A hook that somebody else has put over it since stays, and ours below it does nothing any more.
    if (prototype._compile === hooked) prototype._compile = compile;
    done = true;
  };
  let done = false;
  const hooked: Compile = function (content, filename, format) {
    if (done || filename !== file) return compile.call(this, content, filename, format);
    unhook();
    look(this, format);
    // Told that it is CommonJS, Node does not itself run it as an ES module, which would come before `onBegin`.
    return compile.call(this, content, filename, format ?? 'commonjs');
  };
  prototype._compile = hooked;
  return unhook;
}

/** Until Node 20, a file that is said to be one is refused before it is compiled. */
function isEsModuleError(error: unknown): boolean {
  return (
    isErrorCode(error, 'ERR_REQUIRE_ESM') ||
    error instanceof EsModuleFound ||
    (error instanceof SyntaxError && esModuleSyntax.test(error.message))
  );
}

/** Node's warnings go unheard until the function that this gives is called. */
function muteWarnings(): () => void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  let muted = true;
  return () => {
    if (!muted) return;
    muted = false;
    for (const listener of listeners) process.on('warning', listener);
  };
}

/** V8's words for what is only right in an ES module. */
const esModuleSyntax =
  /^(Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions and the top level bodies of modules)$/;

class EsModuleFound extends Error {}

type Compile = (this: NodeJS.Module, content: string, filename: string, format?: string) => unknown;

/** The part of Node's module objects that packages have patched for so long that it will stay. */
function hasCompile(value: object): value is { _compile: Compile } {
  return '_compile' in value && typeof value._compile === 'function';
}

function callOnFirstRead(loading: NodeJS.Module, onBegin: () => void): void {
  let value: unknown = loading.exports;
  const settle = (): void => {
    Object.defineProperty(loading, 'exports', { value, writable: true, enumerable: true, configurable: true });
  };
  Object.defineProperty(loading, 'exports', {
    enumerable: true,
    configurable: true,
    get: () => {
      settle();
      onBegin();
      return value;
    },
    set: (newValue: unknown) => {
      value = newValue;
      settle();
    },
  });
}

import { createRequire, Module } from 'node:module';

/** What came of an attempt to load a file as CommonJS. */
export type CommonJsResult = { readonly isCommonJs: true; readonly exports: unknown } | { readonly isCommonJs: false };

const { cache } = createRequire(import.meta.url);

/**
 * Loads a file as `require` does, and calls `onBegin` after it was read and compiled, at the last moment before its first
 * line runs. Says `isCommonJs: false`, with nothing run, if the file turns out to be an ES module: by `"type": "module"`,
 * or by its syntax where nothing says what it is. Throws what the module throws.
 *
 * How the moment is found: Node's loader takes `module.exports`, to pass it to the module's code as `exports`, after it
 * compiled that code and before it calls it; and this is when it looks at the property for the first time.
 */
export function loadCommonJs(file: string, onBegin: () => void): CommonJsResult {
  const loading: object = new Module(file);
  if (!isInternalModule(loading)) throw new Error(`Node ${process.version} has no Module.prototype._compile.`);
  const compile = loading._compile.bind(loading);
  let begun = false;
  let unmute = (): void => {};
  loading._compile = function (content, filename, format) {
    // From here on as in any other module.
    Reflect.deleteProperty(loading, '_compile');
    if (format === 'module' || format === 'module-typescript') throw new EsModuleFound();
    // Node would advise to mark it as an ES module, if it is one; we load it as one.
    unmute = muteWarnings();
    // Told that it is CommonJS, Node does not itself run it as an ES module, which would come before `onBegin`.
    return compile(content, filename, format ?? 'commonjs');
  };
  callOnFirstRead(loading, () => {
    begun = true;
    unmute();
    onBegin();
  });
  cache[file] = loading;
  try {
    loading.load(file);
    return { isCommonJs: true, exports: loading.exports };
  } catch (error) {
    delete cache[file];
    if (begun) throw error;
    unmute();
    if (!isEsModuleError(error)) throw error;
    return { isCommonJs: false };
  }
}

function isEsModuleError(error: unknown): boolean {
  return error instanceof EsModuleFound || (error instanceof SyntaxError && esModuleSyntax.test(error.message));
}

/** Node's warnings go unheard until the function that this gives is called. */
function muteWarnings(): () => void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  return () => {
    for (const listener of listeners) process.on('warning', listener);
  };
}

/** V8's words for what is only right in an ES module. */
const esModuleSyntax =
  /^(Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions and the top level bodies of modules)$/;

class EsModuleFound extends Error {}

/** The parts of Node's module objects that packages have patched for so long that they will stay. */
interface InternalModule extends NodeJS.Module {
  load(filename: string): void;
  _compile(content: string, filename: string, format?: string): unknown;
}

function isInternalModule(value: object): value is InternalModule {
  return '_compile' in value && 'load' in value;
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

import fs from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runtimeModules } from '../../../model/runtimes/runtime-modules.ts';
import { isErrorCode } from '../errors/errors.ts';

// Node's `import` does not look in NODE_PATH. AWS's runtimes do from Node 18 on, so that ES modules find packages of layers.

/** Where layers have packages for Node. */
const layered = '/opt/nodejs';

/** Of the hook's context and result, in Node's own types, what is used here. */
interface Context {
  readonly conditions: readonly string[];
  readonly parentURL?: string | undefined;
}
interface Resolved {
  readonly url: string;
}
type Next = (specifier: string, context?: Context) => Resolved;
type Hooks = { readonly resolve: (specifier: string, context: Context, next: Next) => Resolved };

/** Has `import` look there, too, where `NODE_PATH` has folders. To be called when code and layers are there, before any of them is loaded. */
export function importFromNodePath(): void {
  const folders = foldersOf(process.env['NODE_PATH'] ?? '');
  if (folders.length === 0) return;
  const parents = folders
    .filter((folder) => folder.endsWith('/node_modules'))
    .map((folder) => pathToFileURL(`${dirname(folder)}/_.mjs`).href);
  const [registerHooks, register] = [Reflect.get(module, 'registerHooks'), Reflect.get(module, 'register')];
  if (typeof registerHooks === 'function') Reflect.apply(registerHooks, module, [hooksFor(parents)]);
  else if (typeof register === 'function') Reflect.apply(register, module, [ofOlderNode(parents)]);
}

/** Other than the runtime's own, which Node finds anyway. One look tells that there are no layers for Node. */
function foldersOf(path: string): readonly string[] {
  const folders = path.split(':').filter((folder) => folder !== '' && folder !== runtimeModules);
  const hasLayers = folders.some((folder) => folder.startsWith(`${layered}/`)) && fs.existsSync(layered);
  return folders
    .filter((folder) => hasLayers || !folder.startsWith(`${layered}/`))
    .filter((folder) => fs.existsSync(folder));
}

const runtimeUrl = pathToFileURL(`${runtimeModules}/`).href;

function hooksFor(parents: readonly string[]): Hooks {
  // `require.resolve` asks hooks, too.
  let asking = false;
  const byRequire = (place: string, name: string): string => {
    asking = true;
    try {
      return createRequire(place).resolve(name);
    } finally {
      asking = false;
    }
  };
  /** What the runtime has comes after what layers have, but for itself. */
  const isLast = ({ url }: Resolved, { parentURL = '' }: Context): boolean =>
    url.startsWith(runtimeUrl) && !parentURL.startsWith(runtimeUrl);
  return {
    resolve: (specifier, context, next) => {
      if (asking || !isPackage(specifier)) return next(specifier, context);
      if (context.conditions.includes('require')) {
        const found = next(specifier, context);
        const there = (parent: string): Resolved => next(byRequire(parent, specifier), context);
        return isLast(found, context) ? (firstOf(parents, there) ?? found) : found;
      }
      const there = (): Resolved | undefined =>
        firstOf(parents, (parentURL) => next(specifier, { ...context, parentURL }));
      try {
        const found = next(specifier, context);
        return isLast(found, context) ? (there() ?? found) : found;
      } catch (error) {
        if (!isErrorCode(error, 'ERR_MODULE_NOT_FOUND')) throw error;
        // Folders that are not called `node_modules` only `require` knows how to search.
        const searched = (name: string): Resolved =>
          next(pathToFileURL(byRequire(`${process.cwd()}/_.js`, name)).href, context);
        const found = there() ?? firstOf([specifier], searched);
        if (found === undefined) throw error;
        return found;
      }
    },
  };
}

function isPackage(specifier: string): boolean {
  return !/^(?:[./#]|[a-z]+:)/i.test(specifier);
}

/** The first that is found; another failure than not to be there is one. */
function firstOf(places: readonly string[], find: (place: string) => Resolved): Resolved | undefined {
  for (const place of places)
    try {
      return find(place);
    } catch (error) {
      if (!isErrorCode(error, 'ERR_MODULE_NOT_FOUND') && !isErrorCode(error, 'MODULE_NOT_FOUND')) throw error;
    }
  return undefined;
}

/** The same for a Node whose hooks run in a thread of their own. */
function ofOlderNode(parents: readonly string[]): string {
  const source = `const parents = ${JSON.stringify(parents)};
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || /^(?:[./#]|[a-z]+:)/i.test(specifier)) throw error;
    for (const parentURL of parents)
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {}
    throw error;
  }
}`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import type { Preload } from '../../../protocol/node-options.ts';

/**
 * Loads what `NODE_OPTIONS` wants loaded before everything else, in order and as Node does at its start: relative to the working folder,
 * by `require` or by `import`. Rejects with what a module throws.
 */
export async function preloadModules(preloads: readonly Preload[]): Promise<void> {
  const place = join(process.cwd(), '[heddle]');
  const load = createRequire(place);
  for (const { by, specifier } of preloads) {
    if (by === 'require') load(specifier);
    // oxlint-disable-next-line no-await-in-loop -- each may change how the next one is loaded
    else await importFrom(place, specifier);
  }
}

/** `import(specifier)` as if it stood in a file of this name: Node gives other code no way to say from where to resolve. */
function importFrom(place: string, specifier: string): Promise<unknown> {
  const loader: object = new Module(place);
  if (!('_compile' in loader) || typeof loader._compile !== 'function')
    throw new Error(`Node ${process.version} has no Module.prototype._compile.`);
  Reflect.apply(loader._compile, loader, ['module.exports = (specifier) => import(specifier);', place]);
  const load: unknown = 'exports' in loader ? loader.exports : undefined;
  if (typeof load !== 'function') throw new Error('A module that exports a function exported none.');
  return Promise.resolve(Reflect.apply(load, undefined, [specifier]));
}

import type { Preload } from '../../../protocol/node-options.ts';
import { importFromNodePath } from './import-from-node-path.ts';
import { asImportFault, loadHandler, type UserFunction } from './load-handler.ts';
import { preloadModules } from './preload-modules.ts';

/**
 * `loadHandler`, after what `NODE_OPTIONS` wants loaded before: that is user code, too, so that `onBegin` is called before it (and, then,
 * once more). What was loaded may have put a handler of its own in front of the function's, as Sentry's does.
 */
export function loadFunction(
  taskRoot: string,
  handler: string,
  preloads: readonly Preload[],
  onBegin: () => void,
): UserFunction | Promise<UserFunction> {
  importFromNodePath();
  const load = (): UserFunction | Promise<UserFunction> =>
    loadHandler(taskRoot, process.env['_HANDLER'] ?? handler, onBegin);
  return preloads.length === 0 ? load() : preloadFirst(preloads, onBegin).then(load);
}

/** Loads them. Rejects with what they throw, under AWS Lambda's name where it has one for that. */
export async function preloadFirst(preloads: readonly Preload[], onBegin: () => void): Promise<void> {
  onBegin();
  try {
    await preloadModules(preloads);
  } catch (error) {
    throw asImportFault(error);
  }
}

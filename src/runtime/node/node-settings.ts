import module from 'node:module';
import type { NodeSettings } from '../../protocol/node-options.ts';

/** Tells this Node what it would have been started with, as far as it still listens. */
export function applyNodeSettings(settings: NodeSettings): void {
  if (settings.stackTraceLimit !== undefined) Error.stackTraceLimit = settings.stackTraceLimit;
  if (settings.sourceMaps === true) useSourceMaps(true);
  if (settings.noWarnings === true) process.removeAllListeners('warning');
  if (settings.traceWarnings === true) Reflect.set(process, 'traceProcessWarnings', true);
  if (settings.noDeprecation === true) process.noDeprecation = true;
  if (settings.traceDeprecation === true) process.traceDeprecation = true;
  if (settings.throwDeprecation === true) process.throwDeprecation = true;
}

/** Stacks name the lines of the sources; `everywhere`: of packages, and of code that was made while the program ran, too. */
export function useSourceMaps(everywhere: boolean): void {
  const set: unknown = Reflect.get(module, 'setSourceMapsSupport');
  if (typeof set === 'function')
    Reflect.apply(set, module, [true, { nodeModules: everywhere, generatedCode: everywhere }]);
  // Node 20 makes no difference.
  else process.setSourceMapsEnabled(true);
}

/** Has `require` look where `NODE_PATH` says now: Node reads it once, at its start. */
export function readNodePath(): void {
  const init: unknown = Reflect.get(module, '_initPaths');
  if (typeof init === 'function') Reflect.apply(init, module, []);
}

import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';
import { openBroadcasts } from './broadcast-notices.ts';
import { findModules } from './find-modules.ts';
import { guardParentPort } from './guard-parent-port.ts';
import { preludeKey, type PreludeData } from './shared.ts';

// Runs in each Worker of the container before user code: lets it find its modules, and see what it would see elsewhere.

const told: unknown = workerThreads.getEnvironmentData(preludeKey);
if (isPreludeData(told)) {
  findModules(told.root);
  openBroadcasts(told.notices, told.noticed);
  if (!told.nested) {
    guardParentPort(told.messages);
    // By the caller's numbers and flags.
    Object.assign(workerThreads, { threadId: told.threadId });
    process.execArgv = [...told.execArgv];
    // It takes more than its types say.
    Reflect.apply(workerThreads.setEnvironmentData, undefined, [preludeKey, { ...told, nested: true }]);
  }
  syncBuiltinESMExports();
}

function isPreludeData(value: unknown): value is PreludeData {
  return typeof value === 'object' && value !== null && 'notices' in value;
}

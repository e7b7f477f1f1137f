import { moduleCode } from '../../platform/bundling.ts';
import type { ThreadOptions } from '../options.ts';
import type { ClientSession } from '../session/client-session.ts';
import { ensureCode } from '../session/upload.ts';
import { startThread } from '../thread/start-thread.ts';
import { expectThreads } from './expect.ts';
import { remoteModule, type Remote, type StartExport } from './remote-module.ts';

/** Options of a whole module. */
export interface RemoteOptions extends ThreadOptions {
  /** Files that the module reads beside its own code, relative to it. */
  readonly files?: readonly string[];
}

/**
 * A module whose every exported function runs in threads: `remote<typeof import('./work.ts')>(new URL('./work.ts', import.meta.url))`.
 * It is bundled with its npm dependencies once, when it is first used, and sent once.
 */
export function remote<M extends object>(module: URL | string, options: RemoteOptions = {}): Remote<M> {
  const code = moduleTarget(module, options);
  const start: StartExport = (exportName, args, own, extras) =>
    startThread({ exportName, code }, args, { ...options, ...own }, extras);
  return remoteModule<M>(start, expectThreads(code, options));
}

/** Sees to it that the service has a module's code, which is bundled when it is first needed; gives its name there. */
export function moduleTarget(
  module: URL | string,
  { files }: RemoteOptions,
): (session: ClientSession) => Promise<string> {
  let made: ReturnType<typeof moduleCode> | undefined;
  return async (session) => {
    made ??= moduleCode(module, files === undefined ? {} : { files });
    // What could not be bundled may be mended before the next call.
    made.catch(() => (made = undefined));
    return ensureCode(session, await made);
  };
}

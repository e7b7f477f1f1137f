import { isPython, type RuntimeName } from '../model/runtimes/configuration.ts';

interface LoaderVariables {
  readonly LD_LIBRARY_PATH?: string | undefined;
  readonly LD_PRELOAD?: string | undefined;
}

const libraryPath = '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib';

/**
 * The same for the process in a blank container, in which libraries of code and layers are to be found later: as on AWS the system's own come first, and
 * here it says where Debian and others have them. The C library's loader looks at a folder when what it wants is in none before it, and
 * forgets it for good if it is not there then (glibc: elf/dl-load.c, open_path). All that a runtime needs before its code is there is the system's, so no folder
 * after those is looked at too early.
 */
export const blankLibraryPath =
  '/usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu:/usr/lib64:/lib64:/var/task:/var/task/lib:/opt/lib';

/**
 * Whether a function names folders in `LD_LIBRARY_PATH`, or libraries in `LD_PRELOAD`, for which its process must have been started with them: of
 * its process's environment the loader reads both only then.
 */
export function asksLoader({ LD_LIBRARY_PATH: folders = '', LD_PRELOAD: preloads = '' }: LoaderVariables): boolean {
  // As nearly all have it.
  if (folders === libraryPath && preloads === '') return false;
  const known = libraryPath.split(':');
  return preloads !== '' || folders.split(/[:;]/).some((folder) => folder !== '' && !known.includes(folder));
}

/**
 * Variables that a function may set itself, as AWS Lambda sets them otherwise. Blank containers are started with them: what Node
 * reads only at its start (`LANG`, `NODE_PATH`) is then right for all functions that leave them alone.
 */
export function defaultEnvironment(runtime: RuntimeName): Record<string, string> {
  return {
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin',
    LD_LIBRARY_PATH: libraryPath,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...modulePath(runtime),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
  };
}

function modulePath(runtime: RuntimeName): Record<string, string> {
  if (isPython(runtime)) return { PYTHONPATH: '/var/runtime' };
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  if (major === undefined) return {};
  return { NODE_PATH: `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules` };
}

import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeFile } from '../../../model/functions/code.ts';
import { BuildCache } from '../../code/build-cache.ts';
import { findFiles, readCodeFile } from '../../code/extra-files.ts';
import { findAddons } from '../../code/native-addon.ts';
import { entryFile, threadCode, type ThreadCode } from '../../code/thread-code.ts';
import { guestPrograms } from './guest-programs.ts';
import { moduleGraph, type GraphRoots } from './module-graph.ts';

/** What a Worker's code is made of. */
export interface WorkerFiles extends GraphRoots {
  /** Folder of the process: what code evaluated in it asks for is looked for there. */
  readonly cwd: string;
  /** Files that come along: paths, folders and glob patterns, relative to `cwd`. */
  readonly along: readonly string[];
}

/** Folder of a thread's code in which every file lies under its absolute path. */
export const filesFolder = 'files';
const kept = new BuildCache<ThreadCode>(64);

/**
 * The code of a thread that runs a Worker: our program, and the Worker's modules as they are, each under the path that it has here.
 * Unlike a bundle they keep `__filename`, `require.cache` and what `import()` is given at run time.
 */
export async function workerCode(roots: WorkerFiles): Promise<ThreadCode> {
  return kept.get(JSON.stringify(roots), async () => {
    const [{ main, prelude }, { files, found }] = await Promise.all([guestPrograms(), moduleGraph(roots)]);
    const along = await findFiles(join(roots.cwd, 'x'), roots.along);
    const all = new Set([...files, ...along, ...(await findAddons(files))]);
    // What is not there, Node complains about.
    const paths = [...all].filter((path) => existsSync(path));
    const users = await Promise.all(paths.map((path) => readCodeFile(path, join(filesFolder, path))));
    const ours: CodeFile[] = [
      { path: entryFile, mode: 0o644, data: main },
      { path: 'prelude.cjs', mode: 0o644, data: prelude },
      { path: 'found.json', mode: 0o644, data: Buffer.from(JSON.stringify(found)) },
      { path: join(filesFolder, roots.cwd, '.heddle'), mode: 0o644, data: Buffer.alloc(0) },
    ];
    return { value: threadCode([...users, ...ours], ['run']), inputs: paths };
  });
}

/** Files of modules that are named only after a Worker was started. */
export async function lateFiles(names: readonly string[]): Promise<readonly CodeFile[]> {
  const { files } = await moduleGraph({ files: names });
  return Promise.all(files.map((path) => readCodeFile(path, path)));
}

/** The file that a text in a message names, if it is a module: where a pool tells its workers what to load. */
export function namedModule(text: string): string | undefined {
  if (text.length > 4_096 || !/^(?:\/|file:\/\/\/).*\.[cm]?[jt]s$/.test(text)) return undefined;
  try {
    const path = text.startsWith('/') ? text : fileURLToPath(text);
    return statSync(path).isFile() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

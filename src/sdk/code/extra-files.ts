import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CodeFile } from '../../model/functions/code.ts';
import { CodeError } from './code-error.ts';

/**
 * Files that a module names to come along: paths, folders (with all that is in them) and glob patterns, relative to the
 * module. Gives absolute paths, sorted. Throws CodeError for a name that nothing has.
 */
export async function findFiles(module: string, names: readonly string[]): Promise<readonly string[]> {
  const cwd = dirname(module);
  const found = new Set<string>();
  for (const name of names) {
    const before = found.size;
    for await (const match of glob([name, `${name}/**`], { cwd })) {
      const path = resolve(cwd, match);
      if ((await stat(path)).isFile()) found.add(path);
    }
    if (found.size === before && !found.has(resolve(cwd, name)))
      throw new CodeError(`No file is called ${resolve(cwd, name)}, which the option "files" for ${module} names.`);
  }
  return [...found].sort();
}

/** Reads a file for a bundle. Only whether it can be executed is kept of its mode. */
export async function readCodeFile(path: string, place: string): Promise<CodeFile> {
  const [data, { mode }] = await Promise.all([readFile(path), stat(path)]);
  return { path: place, mode: (mode & 0o111) === 0 ? 0o644 : 0o755, data };
}

import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { limits } from '../../model/limits.ts';
import { isCode } from './entry.ts';
import { type NamedPath, namedPaths } from './named-paths.ts';
import { sourceOf } from './trace.ts';

/** Files that sources name by text, absolute. */
export interface NamedFiles {
  /** Modules, which need what they import. */
  readonly modules: readonly string[];
  readonly others: readonly string[];
}

/**
 * Files of a folder that its sources name by a text which is a path from the folder itself, where code runs on AWS (`readFileSync('data/a.txt')`,
 * `exec('./bin/tool x')`, `process.env.LAMBDA_TASK_ROOT + '/views'`), or from the source (`load('./plugins/' + name)`): tracing follows neither.
 * What is not meant as one comes along in vain, so of folders only those that more than a word names.
 */
export async function namedFiles(folder: string, sources: readonly string[]): Promise<NamedFiles> {
  const found = new Set<string>();
  for (const source of sources.filter((path) => path.startsWith(`${folder}/`)))
    for (const named of await namedPaths(source, await readFile(source, 'utf8')))
      for (const place of placesOf(named, source, folder))
        for (const file of await filesAt(place, folder)) found.add(file);
  const files = [...found];
  return { modules: files.filter(isCode), others: files.filter((file) => !isCode(file)) };
}

/** Where a text may lead. */
interface Place {
  readonly path: string;
  /** What is in it comes along, if it is a folder. */
  readonly asFolder: boolean;
  /** Other text follows: what begins so is meant, too. */
  readonly open: boolean;
}

const textUnitsMax = 1_024;

function placesOf({ text, open, follows, certain }: NamedPath, source: string, folder: string): readonly Place[] {
  if (text.length > textUnitsMax || text.includes('\0')) return [];
  // Where code lies on AWS.
  if (text.startsWith('/var/task/'))
    return placesOf({ ...command, text: text.slice('/var/task'.length), follows: true }, source, folder);
  const words = text.trim().split(/[\s;|&<>"']+/);
  // Of a command line, what has a slash in it.
  if (words.length > 1)
    return words.filter(isPath).flatMap((word) => placesOf({ ...command, text: word }, source, folder));
  const isRooted = text.startsWith('/');
  if (!certain && !isPath(text) && !/\.\w{1,8}$/.test(text)) return [];
  const asFolder = certain || (isPath(text) && (!isRooted || follows));
  const bases = isRooted ? [join(folder, text)] : [resolve(dirname(source), text), resolve(folder, text)];
  return [...new Set(bases)]
    .map((path) => (text.endsWith('/') && !path.endsWith('/') ? `${path}/` : path))
    .map((path) => ({ path, asFolder, open: open && isPath(text) }));
}

const command = { open: false, follows: false, certain: false };

/** More than a word. A route (`/users`) may be one, too. */
function isPath(text: string): boolean {
  return text.includes('/');
}

async function filesAt({ path, asFolder, open }: Place, folder: string): Promise<readonly string[]> {
  const place = path.replace(/\/+$/, '');
  if (!isInside(place, folder)) return [];
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile() === true) return [place];
  if (found?.isDirectory() === true) return asFolder ? await allIn(place) : [];
  const source = await sourceOf(place);
  if (source !== undefined) return [source];
  if (!open || path.endsWith('/')) return [];
  const beside = await readdir(dirname(place), { withFileTypes: true }).catch((): Dirent[] => []);
  return beside.flatMap((entry) =>
    entry.isFile() && join(entry.parentPath, entry.name).startsWith(place) ? [join(entry.parentPath, entry.name)] : [],
  );
}

function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path).split('/');
  return below[0] !== '' && below[0] !== '..' && !below.includes('node_modules') && !below.slice(0, -1).some(isHidden);
}

/** Nothing that is hidden, and no packages; nothing at all where it is more than code may have. */
async function allIn(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [folder];
  let bytes = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop())
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (isHidden(entry.name) || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile()) continue;
      files.push(path);
      bytes += (await stat(path)).size;
      if (files.length > limits.codeFilesMax || bytes > limits.codeBytesMax) return [];
    }
  return files;
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isLink, type CodeFile } from '../../model/functions/code.ts';
import { unfinishedPrefix } from '../atomic-file.ts';

/** Files that are written at the same time: more would keep others from the disk. */
const writers = 8;

/**
 * Writes code's files into the folder `path`, which gets its name when it is complete: a path that exists is whole. Their names were
 * checked when they were unpacked: none leaves the folder, and no name of a link is also that of a folder.
 */
export async function writeTree(path: string, files: readonly CodeFile[]): Promise<void> {
  const staged = join(dirname(path), `${unfinishedPrefix}${basename(path)}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(staged, { mode: 0o755 });
    for (const folder of foldersOf(files)) await mkdir(join(staged, folder), { mode: 0o755 });
    await writeAll(staged, files);
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw error;
  }
}

/** Writes files into a tree that nobody else sees yet, in the place of those of the same names. */
export async function addToTree(path: string, files: readonly CodeFile[]): Promise<void> {
  for (const folder of foldersOf(files)) await mkdir(join(path, folder), { mode: 0o755, recursive: true });
  // What is there may be a link to a file of others'.
  for (const file of files) await rm(join(path, file.path), { force: true });
  await writeAll(path, files);
}

async function writeAll(path: string, files: readonly CodeFile[]): Promise<void> {
  const left = files[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (const file of left) await writeOne(join(path, file.path), file);
    }),
  );
}

async function writeOne(path: string, file: CodeFile): Promise<void> {
  if (isLink(file)) return await symlink(Buffer.from(file.data).toString('utf8'), path);
  await writeFile(path, file.data, { flag: 'wx', mode: (file.mode & 0o111) === 0 ? 0o444 : 0o555 });
}

/** All folders that these files are in, those above others first. */
export function foldersOf(files: readonly Pick<CodeFile, 'path'>[]): readonly string[] {
  const folders = new Set<string>();
  const add = (folder: string): void => {
    if (folder === '.' || folders.has(folder)) return;
    add(dirname(folder));
    folders.add(folder);
  };
  for (const { path } of files) add(dirname(path));
  return [...folders];
}

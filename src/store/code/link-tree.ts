import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeFile } from '../../model/functions/code.ts';
import { foldersOf } from './code-tree.ts';

/** Links that are made at the same time. */
const linkers = 4;

/** Makes a folder with links to all files of a tree. Throws where that cannot be. */
export async function linkTree(tree: string, files: readonly CodeFile[], to: string): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  for (const folder of foldersOf(files)) await mkdir(join(to, folder), { mode: 0o755 });
  const left = files[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: linkers }, async () => {
      for (const { path } of left) await link(join(tree, path), join(to, path));
    }),
  );
}

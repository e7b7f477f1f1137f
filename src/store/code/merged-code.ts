import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeBundle, CodeFile } from '../../model/functions/code.ts';
import { addToTree, foldersOf } from './code-tree.ts';

/** Bundles laid over each other in their order as one, which whoever asks gives a name. It has a folder where one of them has. */
export function mergedCode(bundles: readonly CodeBundle[]): Omit<CodeBundle, 'sha256'> {
  const laid = new Map<string, Laid>();
  for (const from of bundles) for (const file of from.files) lay(laid, { file, from });
  const files = [...laid.values()].map(({ file }) => file);
  const bytes = files.reduce((sum, { data }) => sum + data.length, 0);
  if (bundles.every(({ takeTree }) => takeTree === undefined)) return { files, bytes };
  const [only] = bundles;
  if (only !== undefined && bundles.length === 1) return only;
  return { files, bytes, takeTree: () => mergedTree(bundles, [...laid.values()]) };
}

interface Laid {
  readonly file: CodeFile;
  readonly from: CodeBundle;
}

/** A file takes the place of a folder of the same name, and the other way round. */
function lay(laid: Map<string, Laid>, one: Laid): void {
  const { path } = one.file;
  const parts = path.split('/');
  parts.slice(0, -1).forEach((_, index) => laid.delete(parts.slice(0, index + 1).join('/')));
  if (!laid.has(path)) for (const other of laid.keys()) if (other.startsWith(`${path}/`)) laid.delete(other);
  laid.set(path, one);
}

/** Of links to the files of those that have a folder; what others bring is written. */
async function mergedTree(bundles: readonly CodeBundle[], laid: readonly Laid[]): Promise<string> {
  const taken = new Map<CodeBundle, string>();
  let merged: string | undefined;
  try {
    for (const bundle of bundles) if (bundle.takeTree !== undefined) taken.set(bundle, await bundle.takeTree());
    const [first = ''] = taken.values();
    merged = `${first}-merged`;
    await mkdir(merged, { mode: 0o755 });
    for (const folder of foldersOf(laid.map(({ file }) => file))) await mkdir(join(merged, folder), { mode: 0o755 });
    const written: CodeFile[] = [];
    for (const { file, from } of laid) {
      const tree = taken.get(from);
      if (tree === undefined) written.push(file);
      else await rename(join(tree, file.path), join(merged, file.path));
    }
    await addToTree(merged, written);
    return merged;
  } catch (error) {
    if (merged !== undefined) await rm(merged, { recursive: true, force: true });
    throw error;
  } finally {
    for (const tree of taken.values()) await rm(tree, { recursive: true, force: true });
  }
}

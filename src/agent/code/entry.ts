import { readdirSync } from 'node:fs';
import type { CodeTree } from './stage.ts';
import { treeIn } from './tree.ts';

/** A bundle in the cache of an instance. */
export interface CodeEntry {
  /** Where its files are: a folder of the cache's, or that of a container which has `borrowed` them. */
  folder: string;
  /** What is in the folder; looked up when it is needed, where that was not seen on its way in. */
  tree: CodeTree | undefined;
  readonly bytes: number;
  /** Its files lie on the host or in an image, and are mounted. */
  readonly mounted?: true;
  borrowed: boolean;
  /** What is the bundle's in the folder that has borrowed it, where that holds other things, too: names at its top. */
  beside?: readonly string[] | undefined;
  /** A complete linked copy that waits to be moved to a container. */
  spare: string | undefined;
  copying: boolean;
  usedAt: number;
}

/** What of an entry is at the top of its folder. */
export function topOf({ folder, borrowed, beside }: CodeEntry): readonly string[] {
  return (borrowed ? beside : undefined) ?? readdirSync(folder);
}

/** What an entry's folder holds. */
export function treeOf(entry: CodeEntry): CodeTree {
  return (entry.tree ??= treeIn(entry.folder, entry.bytes, topOf(entry)));
}

import { linkSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeTree } from './stage.ts';

/** Links made at a stretch. */
const linksPerTurn = 200;

/** What a folder holds, or what it holds under these names at its top. */
export function treeIn(folder: string, bytes: number, names: readonly string[] = readdirSync(folder)): CodeTree {
  const folders: string[] = [];
  const files: string[] = [];
  const walk = (name: string): void => {
    const path = join(folder, name);
    if (!lstatSync(path).isDirectory()) return void files.push(name);
    folders.push(name);
    for (const one of readdirSync(path, { withFileTypes: true })) {
      const inside = `${name}/${one.name}`;
      if (one.isDirectory()) walk(inside);
      else files.push(inside);
    }
  };
  for (const name of names) walk(name);
  return { folders, files, bytes };
}

/** Makes links to a tree's files in a folder that is empty. */
export function linkTree({ folders, files }: CodeTree, from: string, to: string): void {
  for (const name of folders) mkdirSync(join(to, name));
  for (const name of files) linkSync(join(from, name), join(to, name));
}

/** The same in turns, so that the agent still answers. Where the files are may change meanwhile, but they always are somewhere. */
export async function linkTreeGently({ folders, files }: CodeTree, from: () => string, to: string): Promise<void> {
  for (const name of folders) mkdirSync(join(to, name));
  for (const [index, name] of files.entries()) {
    if (index % linksPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    linkSync(join(from(), name), join(to, name));
  }
}

/** The same without what is at the top under one of these names. */
export function treeWithout({ folders, files, bytes }: CodeTree, names: readonly string[]): CodeTree {
  const stays = (path: string): boolean => !names.some((name) => path === name || path.startsWith(`${name}/`));
  return { folders: folders.filter(stays), files: files.filter(stays), bytes };
}

/** Moves all that is in a folder into another, or what is there under these names. */
export function moveInside(from: string, to: string, names: readonly string[] = readdirSync(from)): void {
  for (const name of names) renameSync(join(from, name), join(to, name));
}

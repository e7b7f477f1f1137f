import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CodeFile } from '../../model/functions/code.ts';
import { unfinishedPrefix } from '../atomic-file.ts';
import { linkTree } from './link-tree.ts';

/**
 * Linked copies of trees that are made before an instance needs one: to link thousands of files takes a tenth of a second on a quiet machine and
 * many on a busy one, to move a folder nothing. Of each tree one waits.
 */
export class SpareTrees {
  readonly #waiting = new Map<string, string>();
  readonly #making = new Map<string, Promise<void>>();

  /** A copy that is the caller's, to be moved away. Throws where it cannot be made, above all because the tree is gone. */
  async take(tree: string, files: readonly CodeFile[]): Promise<string> {
    await this.#making.get(tree);
    const waiting = this.#waiting.get(tree);
    this.#waiting.delete(tree);
    const copy = waiting ?? (await newCopy(tree, files));
    this.fill(tree, files);
    return copy;
  }

  /** Makes a copy in the background, if none waits. */
  fill(tree: string, files: readonly CodeFile[]): void {
    if (this.#waiting.has(tree) || this.#making.has(tree)) return;
    const made = newCopy(tree, files).then(
      (copy) => void this.#waiting.set(tree, copy),
      // Whoever takes one is told.
      () => undefined,
    );
    this.#making.set(
      tree,
      made.finally(() => this.#making.delete(tree)),
    );
  }

  /** The tree is about to be removed. */
  async drop(tree: string): Promise<void> {
    await this.#making.get(tree);
    const waiting = this.#waiting.get(tree);
    this.#waiting.delete(tree);
    if (waiting !== undefined) await rm(waiting, { recursive: true, force: true });
  }
}

async function newCopy(tree: string, files: readonly CodeFile[]): Promise<string> {
  const copy = join(dirname(tree), `${unfinishedPrefix}${basename(tree)}-${randomBytes(6).toString('hex')}`);
  try {
    await linkTree(tree, files, copy);
    return copy;
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

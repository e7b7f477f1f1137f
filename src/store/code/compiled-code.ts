import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeFileName, treeFilesMin, type CodeBundle, type CodeFile } from '../../model/functions/code.ts';
import { allRuntimes, type RuntimeName } from '../../model/runtimes/configuration.ts';
import { writeFileAtomic } from '../atomic-file.ts';
import { decodeBundle, encodeBundle } from './bundle-file.ts';
import { addToTree, writeTree } from './code-tree.ts';
import type { SpareTrees } from './spare-trees.ts';

/**
 * What was compiled of code for a runtime, in a code store's folder: `NAME.RUNTIME`, and where code and that are many files together, the folder
 * `NAME.RUNTIME.tree` with all of them.
 */
export class CompiledCode {
  readonly #folder: string;
  readonly #spares: SpareTrees;

  constructor(folder: string, spares: SpareTrees) {
    this.#folder = folder;
    this.#spares = spares;
  }

  /** This code with what was compiled of it; undefined where nothing was. */
  async read(code: CodeBundle, runtime: RuntimeName): Promise<CodeBundle | undefined> {
    const path = this.#path(codeFileName(code.sha256), runtime);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const files = together(code, decodeBundle(bytes));
    const takeTree = (): Promise<string> => this.#spares.take(treeOf(path), files);
    const hasTree = await stat(treeOf(path)).then(
      () => true,
      () => false,
    );
    const size = files.reduce((sum, { data }) => sum + data.length, 0);
    return { sha256: code.sha256, files, bytes: size, ...(hasTree && { takeTree }) };
  }

  /** Throws where it cannot be written; nothing is kept then. */
  async keep(code: CodeBundle, runtime: RuntimeName, compiled: readonly CodeFile[]): Promise<void> {
    const path = this.#path(codeFileName(code.sha256), runtime);
    const files = together(code, compiled);
    if (files.length >= treeFilesMin) {
      await this.#writeTree(treeOf(path), code, files, compiled);
      this.#spares.fill(treeOf(path), files);
    }
    // Last, because its presence says that both are there.
    await writeFileAtomic(path, encodeBundle(compiled));
  }

  /** `name`: the code's as a file. */
  async drop(name: string): Promise<void> {
    for (const path of allRuntimes.map((runtime) => this.#path(name, runtime))) {
      await rm(path, { force: true });
      await this.#spares.drop(treeOf(path));
      await rm(treeOf(path), { recursive: true, force: true });
    }
  }

  async #writeTree(
    path: string,
    code: CodeBundle,
    files: readonly CodeFile[],
    compiled: readonly CodeFile[],
  ): Promise<void> {
    await rm(path, { recursive: true, force: true });
    if (code.takeTree === undefined) return await writeTree(path, files);
    // Links to what is there already.
    const copy = await code.takeTree();
    try {
      await addToTree(copy, compiled);
      await rename(copy, path);
    } catch (error) {
      await rm(copy, { recursive: true, force: true });
      throw error;
    }
  }

  #path(name: string, runtime: RuntimeName): string {
    return join(this.#folder, `${name}.${runtime}`);
  }
}

function treeOf(path: string): string {
  return `${path}.tree`;
}

function together({ files }: CodeBundle, compiled: readonly CodeFile[]): readonly CodeFile[] {
  const paths = new Set(compiled.map(({ path }) => path));
  return [...files.filter(({ path }) => !paths.has(path)), ...compiled];
}

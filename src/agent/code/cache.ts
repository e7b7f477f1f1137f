import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../model/limits.ts';
import type { CodeMounts } from './mounts.ts';
import { type CodeEntry, topOf, treeOf } from './entry.ts';
import { bundleName, CodeStage, type CodePart, type CodeTree } from './stage.ts';
import { linkTree, linkTreeGently, moveInside, treeWithout } from './tree.ts';

/** What the cache may hold, bytes: one bundle of the largest size, and something beside it. */
const cacheBytesMax = limits.codeBytesMax + 67_108_864;
/** Bundles with more files than this have a linked copy made beforehand. */
const spareFilesMin = 32;

/**
 * Code bundles of this instance, by content. A container gets a tree of hard links to a bundle's files, in a folder that
 * it sees read-only, so that it can alter neither. Many files take long to link: of such bundles the first container borrows the
 * cache's own tree, a linked copy is made of that in the background, and then one more waits for the next container. Both are moved into
 * place by renaming what is at their top.
 */
export class CodeCache {
  readonly #dir: string;
  readonly #mounts: CodeMounts | undefined;
  readonly #stages = new Map<string, CodeStage>();
  readonly #entries = new Map<string, CodeEntry>();
  #uses = 0;
  #names = 0;

  /** `dir` is the cache's own, on the same file system as the containers' code folders. `mounts`: where {@link adopt} mounts. */
  constructor(dir: string, mounts?: CodeMounts) {
    this.#dir = dir;
    this.#mounts = mounts;
    mkdirSync(dir, { recursive: true });
  }

  /** Takes parts of a bundle; `last` makes it available. Throws if they are not what they should be, and forgets them. */
  store(sha256: string, parts: readonly CodePart[], last: boolean): void {
    if (this.#entries.has(sha256)) return;
    const stage = this.#stages.get(sha256) ?? new CodeStage(this.#path(`stage-${bundleName(sha256)}`));
    this.#stages.set(sha256, stage);
    try {
      for (const part of parts) stage.write(part);
      if (last) this.#keep(sha256, stage);
    } catch (error) {
      this.#stages.delete(sha256);
      stage.drop();
      throw error;
    }
  }

  /** Takes a bundle that lies complete in a folder: it is moved here, or mounted where it is needed. Throws if that is not there. */
  adopt(sha256: string, path: string, bytes: number): void {
    if (this.#entries.has(sha256)) return;
    if (this.#mounts !== undefined) {
      statSync(path);
      const usedAt = ++this.#uses;
      const none = { tree: undefined, borrowed: false, spare: undefined, copying: false };
      // Its files take no memory here.
      this.#entries.set(sha256, { ...none, folder: path, bytes: 0, mounted: true, usedAt });
      return;
    }
    this.#add(sha256, path, undefined, bytes);
  }

  /** The only file of a bundle is an image of its code: it is mounted, and from there where it is needed. Throws if there is none such. */
  mountImage(sha256: string): Promise<void> {
    const entry = this.#entries.get(sha256);
    const [image, ...others] = entry?.tree?.files ?? [];
    if (this.#mounts === undefined || entry === undefined || image === undefined || others.length > 0)
      throw new Error(`The code ${sha256} is no image, or cannot be mounted here.`);
    const file = join(entry.folder, image);
    const folder = this.#path(`mounted-${++this.#names}`);
    mkdirSync(folder);
    // What is asked for from now on waits in the shell's line.
    const discard = entry.folder;
    this.#entries.set(sha256, { ...entry, folder, tree: undefined, mounted: true });
    return this.#mounts.mountImage(file, folder).then(
      () => this.#discard(discard),
      (error: unknown) => {
        this.#entries.delete(sha256);
        this.#discard(discard);
        throw error;
      },
    );
  }

  /**
   * Puts a bundle's files into `folder`, which is empty. Throws if the cache does not have it. They are there when this returns, or when what it
   * gives resolves.
   */
  bind(sha256: string, folder: string): Promise<void> | undefined {
    const entry = this.#use(sha256);
    if (entry.mounted === true) return this.#mounts?.mount(entry.folder, folder);
    this.#place(entry, folder);
    return undefined;
  }

  /** The same beside what is in `folder`: what has a name at the top that is there already is left out. */
  bindBeside(sha256: string, folder: string): Promise<void> | undefined {
    const entry = this.#use(sha256);
    if (entry.mounted === true) return this.#mounts?.mountInside(entry.folder, folder);
    const there = readdirSync(folder);
    const own = topOf(entry);
    if (own.some((name) => there.includes(name))) linkTree(treeWithout(treeOf(entry), there), entry.folder, folder);
    else this.#place(entry, folder, own);
    return undefined;
  }

  #use(sha256: string): CodeEntry {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) throw new Error(`The code ${sha256} is not in the cache of this instance.`);
    entry.usedAt = ++this.#uses;
    return entry;
  }

  /** `beside`: what is at the top, where it comes beside something else. */
  #place(entry: CodeEntry, folder: string, beside?: readonly string[]): void {
    if (entry.tree !== undefined && entry.tree.files.length < spareFilesMin) {
      return linkTree(treeOf(entry), entry.folder, folder);
    }
    if (entry.spare !== undefined) {
      moveInside(entry.spare, folder);
      this.#discard(entry.spare);
      entry.spare = undefined;
    } else if (entry.borrowed) linkTree(treeOf(entry), entry.folder, folder);
    else {
      moveInside(entry.folder, folder);
      this.#discard(entry.folder);
      entry.folder = folder;
      entry.borrowed = true;
      entry.beside = beside;
    }
    void this.#copy(entry);
  }

  /** Takes a container's code folder back; nothing runs there any more. */
  unbind(folder: string): void {
    const lender = [...this.#entries.values()].find((entry) => entry.borrowed && entry.folder === folder);
    if (lender === undefined) {
      const unmounted = this.#mounts?.unmount(folder);
      const discard = (): void => this.#discard(folder);
      // What cannot be unmounted stays until the instance ends.
      return unmounted === undefined ? discard() : void unmounted.then(discard, () => undefined);
    }
    const own = this.#path(`back-${++this.#names}`);
    if (lender.beside === undefined) renameSync(folder, own);
    else {
      mkdirSync(own);
      moveInside(folder, own, lender.beside);
      this.#discard(folder);
    }
    lender.folder = own;
    lender.borrowed = false;
  }

  drop(sha256: string): void {
    const stage = this.#stages.get(sha256);
    this.#stages.delete(sha256);
    stage?.drop();
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return;
    this.#entries.delete(sha256);
    // What a container has borrowed goes with the container.
    if (entry.mounted === true)
      void this.#mounts?.unmount(entry.folder)?.then(
        () => this.#discard(entry.folder),
        () => undefined,
      );
    else if (!entry.borrowed) this.#discard(entry.folder);
    if (entry.spare !== undefined) this.#discard(entry.spare);
  }

  #keep(sha256: string, stage: CodeStage): void {
    this.#add(sha256, stage.folder, stage.tree, stage.tree.bytes);
    this.#stages.delete(sha256);
  }

  #add(sha256: string, from: string, tree: CodeTree | undefined, bytes: number): void {
    const folder = this.#path(bundleName(sha256));
    this.#makeRoom(bytes);
    renameSync(from, folder);
    const usedAt = ++this.#uses;
    const none = { borrowed: false, spare: undefined, copying: false };
    this.#entries.set(sha256, { ...none, folder, tree, bytes, usedAt });
  }

  #makeRoom(bytes: number): void {
    const oldestFirst = [...this.#entries].toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    let held = oldestFirst.reduce((sum, [, entry]) => sum + entry.bytes, bytes);
    for (const [sha256, entry] of oldestFirst) {
      if (held <= cacheBytesMax) return;
      held -= entry.bytes;
      this.drop(sha256);
    }
  }

  /** Makes what the cache needs to be ready for the next container: a tree of its own again, and a spare one. */
  async #copy(entry: CodeEntry): Promise<void> {
    if (entry.copying) return;
    entry.copying = true;
    while (this.#isKept(entry) && (entry.borrowed || entry.spare === undefined)) {
      const copy = await this.#linkedCopy(entry);
      if (copy === undefined) break;
      if (!this.#isKept(entry)) this.#discard(copy);
      else if (entry.borrowed) {
        entry.folder = copy;
        entry.borrowed = false;
      } else if (entry.spare === undefined) entry.spare = copy;
      else this.#discard(copy);
    }
    entry.copying = false;
  }

  #isKept(entry: CodeEntry): boolean {
    return [...this.#entries.values()].includes(entry);
  }

  async #linkedCopy(entry: CodeEntry): Promise<string | undefined> {
    const copy = this.#path(`spare-${++this.#names}`);
    try {
      // First whoever waits for what was bound just now.
      await new Promise((resolve) => setImmediate(resolve));
      mkdirSync(copy);
      await linkTreeGently(treeOf(entry), () => entry.folder, copy);
      return copy;
    } catch {
      // The bundle was dropped meanwhile, or memory is short. A copy is a convenience.
      this.#discard(copy);
      return undefined;
    }
  }

  /** Out of the way at once, and deleted without making anybody wait. */
  #discard(folder: string): void {
    const trash = this.#path(`trash-${++this.#names}`);
    try {
      renameSync(folder, trash);
    } catch {
      return;
    }
    rm(trash, { recursive: true, force: true }).catch(() => rmSync(trash, { recursive: true, force: true }));
  }

  #path(name: string): string {
    return join(this.#dir, name);
  }
}

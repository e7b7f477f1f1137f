import { linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../model/limits.ts';
import { codeFileName } from '../model/code.ts';
import { CodeStage, type CodePart, type CodeTree } from './code-stage.ts';

/** What the cache may hold, bytes: one bundle of the largest size, and something beside it. */
const cacheBytesMax = limits.codeBytesMax + 67_108_864;
/** Bundles with more files than this have a linked copy made beforehand. */
const spareFilesMin = 32;
/** Links made at a stretch in the background, so that the agent still answers. */
const linksPerTurn = 200;

interface Entry {
  readonly folder: string;
  readonly tree: CodeTree;
  /** A complete linked copy that waits to be moved to a container. */
  spare: string | undefined;
  usedAt: number;
}

/**
 * Code bundles of this instance, by content. A container gets a tree of hard links to a bundle's files, in a folder that
 * it sees read-only, so that it can alter neither. Many files take long to link: for such bundles a linked copy
 * waits beforehand, and is moved into place by renaming what is at its top.
 */
export class CodeCache {
  readonly #dir: string;
  readonly #stages = new Map<string, CodeStage>();
  readonly #entries = new Map<string, Entry>();
  #uses = 0;
  #names = 0;

  /** `dir` is the cache's own, on the same file system as the containers' code folders. */
  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  /** Takes parts of a bundle; `last` makes it available. Throws if they are not what they should be, and forgets them. */
  store(sha256: string, parts: readonly CodePart[], last: boolean): void {
    if (this.#entries.has(sha256)) return;
    const stage = this.#stages.get(sha256) ?? new CodeStage(this.#path(`stage-${nameOf(sha256)}`));
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

  /** Puts a bundle's files into `folder`, which is empty. Throws if the cache does not have it. */
  bind(sha256: string, folder: string): void {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) throw new Error(`The code ${sha256} is not in the cache of this instance.`);
    entry.usedAt = ++this.#uses;
    if (entry.spare === undefined) {
      linkTree(entry, folder);
    } else {
      moveInside(entry.spare, folder);
      this.#discard(entry.spare);
      entry.spare = undefined;
    }
    if (entry.tree.files.length >= spareFilesMin) void this.#makeSpare(entry);
  }

  /** Takes a container's code folder back; nothing runs there any more. */
  unbind(folder: string): void {
    this.#discard(folder);
  }

  drop(sha256: string): void {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return;
    this.#entries.delete(sha256);
    this.#discard(entry.folder);
    if (entry.spare !== undefined) this.#discard(entry.spare);
  }

  #keep(sha256: string, stage: CodeStage): void {
    const folder = this.#path(nameOf(sha256));
    this.#makeRoom(stage.tree.bytes);
    renameSync(stage.folder, folder);
    this.#stages.delete(sha256);
    this.#entries.set(sha256, { folder, tree: stage.tree, spare: undefined, usedAt: ++this.#uses });
  }

  #makeRoom(bytes: number): void {
    const oldestFirst = [...this.#entries].toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    let held = oldestFirst.reduce((sum, [, entry]) => sum + entry.tree.bytes, bytes);
    for (const [sha256, entry] of oldestFirst) {
      if (held <= cacheBytesMax) return;
      held -= entry.tree.bytes;
      this.drop(sha256);
    }
  }

  async #makeSpare(entry: Entry): Promise<void> {
    const folder = this.#path(`spare-${++this.#names}`);
    try {
      mkdirSync(folder);
      for (const name of entry.tree.folders) mkdirSync(join(folder, name));
      for (const [index, name] of entry.tree.files.entries()) {
        if (index % linksPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
        linkSync(join(entry.folder, name), join(folder, name));
      }
    } catch {
      // The bundle was dropped meanwhile, or memory is short. A spare is a convenience.
      this.#discard(folder);
      return;
    }
    const wanted = entry.spare === undefined && [...this.#entries.values()].includes(entry);
    if (wanted) entry.spare = folder;
    else this.#discard(folder);
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

function linkTree(entry: Entry, folder: string): void {
  for (const name of entry.tree.folders) mkdirSync(join(folder, name));
  for (const name of entry.tree.files) linkSync(join(entry.folder, name), join(folder, name));
}

function moveInside(from: string, to: string): void {
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
}

function nameOf(sha256: string): string {
  const name = codeFileName(sha256);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new Error(`${JSON.stringify(sha256)} is not the SHA-256 of a bundle.`);
  return name;
}

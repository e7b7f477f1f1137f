import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { constants } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { limits } from '../../model/limits.ts';
import { codeFileName, isLink, type CodeFile } from '../../model/functions/code.ts';

/** A part of a file of code. */
export type CodePart = CodeFile & { readonly offset: number };

/** A bundle's tree: folders in the order in which they can be made, then files, all relative. */
export interface CodeTree {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly bytes: number;
}

/** A code bundle on its way in: parts of files are written below a folder of its own until the last one is there. */
export class CodeStage {
  readonly folder: string;
  readonly #folders = new Set<string>();
  readonly #files = new Set<string>();
  #bytes = 0;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Throws if a path would leave the folder, comes twice, or there is too much of it; the stage is then to be dropped. */
  write(part: CodePart): void {
    checkPath(part.path);
    this.#bytes += part.data.length;
    if (this.#bytes > limits.codeBytesMax) throw new Error(`Code is larger than ${limits.codeBytesMax} bytes.`);
    if (part.offset === 0) this.#begin(part);
    else if (!this.#files.has(part.path)) throw new Error(`A later part of "${part.path}" came before its first.`);
    this.#put(part);
  }

  /** What was written. */
  get tree(): CodeTree {
    return { folders: [...this.#folders], files: [...this.#files], bytes: this.#bytes };
  }

  drop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #begin(part: CodePart): void {
    if (this.#files.size >= limits.codeFilesMax) throw new Error(`Code has more than ${limits.codeFilesMax} files.`);
    if (this.#files.has(part.path)) throw new Error(`The file "${part.path}" came twice.`);
    this.#makeFolder(dirname(part.path));
    this.#files.add(part.path);
  }

  #makeFolder(folder: string): void {
    if (folder === '.' || this.#folders.has(folder)) return;
    this.#makeFolder(dirname(folder));
    mkdirSync(join(this.folder, folder), { mode: 0o755 });
    this.#folders.add(folder);
  }

  #put(part: CodePart): void {
    const path = join(this.folder, part.path);
    if (isLink(part)) return this.#link(path, part);
    const first = part.offset === 0 ? constants.O_CREAT | constants.O_EXCL : 0;
    const mode = (part.mode & 0o111) === 0 ? 0o444 : 0o555;
    // Root may write to a file of mode 0444 again; an ordinary agent may not, so later parts need the mode lifted.
    const fd = openSync(path, first | constants.O_WRONLY | constants.O_NOFOLLOW, mode | 0o200);
    try {
      writeSync(fd, part.data, 0, part.data.length, part.offset);
    } finally {
      closeSync(fd);
    }
  }

  #link(path: string, { path: name, offset, data }: CodePart): void {
    const target = Buffer.from(data).toString('utf8');
    if (offset !== 0) throw new Error(`The link "${name}" came in parts.`);
    checkTarget(name, target);
    symlinkSync(target, path);
  }
}

/** Throws unless a link leads to something below the code's root, by its name. */
function checkTarget(path: string, target: string): void {
  const place = normalize(join(dirname(path), target));
  const wrong = target === '' || target.startsWith('/') || target.includes('\0') || place.split('/')[0] === '..';
  if (wrong) throw new Error(`The link ${JSON.stringify(path)} leads out of the code, to ${JSON.stringify(target)}.`);
}

/** Throws unless the path is relative and stays below where it starts. */
export function checkPath(path: string): void {
  const parts = path.split('/');
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0');
  if (wrong) throw new Error(`The path ${JSON.stringify(path)} is not one of a file below the code's root.`);
}

/** The name of a bundle's folder. Throws where it is no bundle's. */
export function bundleName(sha256: string): string {
  const name = codeFileName(sha256);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new Error(`${JSON.stringify(sha256)} is not the SHA-256 of a bundle.`);
  return name;
}

import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { limits } from '../model/limits.ts';
import type { CodeFile } from '../model/code.ts';

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
}

/** Throws unless the path is relative and stays below where it starts. */
export function checkPath(path: string): void {
  const parts = path.split('/');
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0');
  if (wrong) throw new Error(`The path ${JSON.stringify(path)} is not one of a file below the code's root.`);
}

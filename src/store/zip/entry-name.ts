import { ZipRefusedError } from './refusal.ts';

/** What every common file system takes for one part of a path, bytes (NAME_MAX). */
const partBytesMax = 255;
/** Leaves room for what the path is put below, within PATH_MAX (4,096). */
const nameBytesMax = 1_024;

/**
 * Keeps the names of one archive apart: every entry's path, and whether it is a file or a folder. Names that differ only
 * by case are different files, as they are on Linux.
 */
export class EntryNames {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  /** Throws ZipRefusedError for a path that leaves the root, could be read in two ways, or is taken. */
  add(name: string): void {
    checkName(name);
    const parts = name.split('/');
    const isFolder = parts.at(-1) === '';
    if (isFolder) parts.pop();
    const path = parts.join('/');
    if (isFolder ? this.#files.has(path) : this.#files.has(path) || this.#folders.has(path))
      throw new ZipRefusedError(`Two entries are named ${quote(name)}.`);
    (isFolder ? this.#folders : this.#files).add(path);
    this.#addParents(parts);
  }

  #addParents(parts: readonly string[]): void {
    for (let depth = parts.length - 1; depth > 0; depth--) {
      const parent = parts.slice(0, depth).join('/');
      if (this.#files.has(parent))
        throw new ZipRefusedError(`${quote(parent)} is a file, and also a folder with entries in it.`);
      if (this.#folders.has(parent)) return;
      this.#folders.add(parent);
    }
  }
}

function checkName(name: string): void {
  const refuse = (what: string): never => {
    throw new ZipRefusedError(`The entry ${quote(name)} ${what}.`);
  };
  if (Buffer.byteLength(name) > nameBytesMax) refuse(`has a name of more than ${nameBytesMax} bytes`);
  // Control characters: NUL ends a path for the kernel, and the others forge lines in logs.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) refuse('has control characters in its name');
  if (name.includes('\\')) refuse('has a backslash in its name');
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) refuse('has an absolute name');
  const parts = name.endsWith('/') ? name.slice(0, -1).split('/') : name.split('/');
  if (parts.includes('..')) refuse('leaves the root of the archive');
  if (parts.includes('') || parts.includes('.')) refuse('has an empty part in its name');
  if (parts.some((part) => Buffer.byteLength(part) > partBytesMax))
    refuse(`has a part of more than ${partBytesMax} bytes in its name`);
}

function quote(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

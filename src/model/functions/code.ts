/** One file of a function's code. */
export interface CodeFile {
  /** Relative to the code's root, `/` between parts, no `.` or `..` parts. */
  readonly path: string;
  /**
   * Permission bits, of which only the executable ones matter, as the code is read-only in a container; or {@link linkMode} where it is a
   * symbolic link, whose target the data are.
   */
  readonly mode: number;
  readonly data: Uint8Array;
}

/** `S_IFLNK` and all permissions: the mode of a symbolic link. */
export const linkMode = 0o120777;

/** Whether it is a symbolic link. */
export function isLink({ mode }: Pick<CodeFile, 'mode'>): boolean {
  return (mode & 0o170000) === 0o120000;
}

/** A function's code, named by its content. */
export interface CodeBundle {
  /** SHA-256 of the zip file it came in, base64 (AWS's `CodeSha256`). */
  readonly sha256: string;
  readonly files: readonly CodeFile[];
  /** Sum of the files' sizes, bytes. */
  readonly bytes: number;
  /**
   * Where they lie on the host as a folder, too: gives another with links to all of them, which is the caller's to move away. Rejects with the
   * system's error where that cannot be.
   */
  readonly takeTree?: () => Promise<string>;
}

/** Code of more files is also kept as a folder on the host, of which instances that can see the host's files get links. */
export const treeFilesMin = 200;

/** The name of a code bundle as a file name: the SHA-256 in base64url. */
export function codeFileName(sha256: string): string {
  return sha256.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** One file of a function's code. */
export interface CodeFile {
  /** Relative to the code's root, `/` between parts, no `.` or `..` parts. */
  readonly path: string;
  /** Permission bits; only the executable bits matter, the code is read-only in a container. */
  readonly mode: number;
  readonly data: Uint8Array;
}

/** A function's code, named by its content. */
export interface CodeBundle {
  /** SHA-256 of the zip file it came in, base64 (AWS's `CodeSha256`). */
  readonly sha256: string;
  readonly files: readonly CodeFile[];
  /** Sum of the files' sizes, bytes. */
  readonly bytes: number;
}

/** The name of a code bundle as a file name: the SHA-256 in base64url. */
export function codeFileName(sha256: string): string {
  return sha256.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

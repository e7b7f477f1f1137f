import type { CodeBundle, CodeFile } from '../../model/functions/code.ts';
import { limits } from '../../model/limits.ts';
import { sha256 } from '../platform/identity.ts';
import { CodeError } from './code-error.ts';

/** Where a thread's code begins. */
export const entryFile = 'index.mjs';

/** What a thread runs: one bundled module and the files that came along with it. */
export interface ThreadCode extends CodeBundle {
  readonly entry: typeof entryFile;
  /** Names of the module's exports, sorted. */
  readonly exports: readonly string[];
}

/** SHA-256 over paths, modes and contents, base64. Lengths come first, so that no two lists of files look the same. */
function hashOf(files: readonly CodeFile[]): string {
  return sha256(
    files.flatMap(({ path, mode, data }) => [`${Buffer.byteLength(path)} ${mode} ${data.byteLength}\n${path}`, data]),
  );
}

/** Puts files together and names them by their content. Throws CodeError where they are more than a thread may have. */
export function threadCode(
  files: readonly CodeFile[],
  exports: readonly string[],
  max: { readonly codeBytesMax: number; readonly codeFilesMax: number } = limits,
): ThreadCode {
  const sorted = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const bytes = sorted.reduce((sum, file) => sum + file.data.byteLength, 0);
  if (sorted.length > max.codeFilesMax)
    throw new CodeError(`A thread's code has ${sorted.length} files; at most ${max.codeFilesMax} are allowed.`);
  if (bytes > max.codeBytesMax) {
    const largest = sorted.toSorted((one, other) => other.data.byteLength - one.data.byteLength).slice(0, 3);
    const names = largest.map((file) => `${file.path} (${file.data.byteLength})`).join(', ');
    throw new CodeError(
      `A thread's code has ${bytes} bytes; at most ${max.codeBytesMax} are allowed. Its largest files: ${names}.`,
    );
  }
  return { sha256: hashOf(sorted), files: sorted, bytes, entry: entryFile, exports: exports.toSorted() };
}

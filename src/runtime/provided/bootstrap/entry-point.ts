import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { FunctionErrorBody } from '../../../protocol/messages.ts';

/** Where a bootstrap may be, the first of them that is there: the function's own, or one of a layer. */
export function findBootstrap(folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, 'bootstrap')).find((path) => existsSync(path));
}

/** Words of Go's `syscall` for what can be wrong with a program, as AWS Lambda has them in its errors. */
const words: Readonly<Record<number, string>> = {
  [constants.errno.EACCES]: 'permission denied',
  [constants.errno.ENOENT]: 'no such file or directory',
  [constants.errno.ENOEXEC]: 'exec format error',
  [constants.errno.ETXTBSY]: 'text file busy',
  [constants.errno.E2BIG]: 'argument list too long',
};

/** There is no bootstrap. */
export function noBootstrap(requestId: string, folders: readonly string[]): FunctionErrorBody {
  const places = folders.map((folder) => `${folder}/bootstrap`).join(' ');
  return invalid(`RequestId: ${requestId} Error: Couldn't find valid bootstrap(s): [${places}]`);
}

/** It is there, and cannot be run. */
export function badBootstrap(requestId: string, program: string, errno: number): FunctionErrorBody {
  return invalid(`RequestId: ${requestId} Error: fork/exec ${program}: ${words[errno] ?? `errno ${errno}`}`);
}

/** What helps, for the function's log. */
export function bootstrapHint(program: string | undefined, errno?: number): string {
  if (program === undefined)
    return '[heddle] The code has no file named bootstrap at its top, nor has a layer. It is the program that is run.\n';
  if (errno === constants.errno.EACCES)
    return `[heddle] ${program} is not executable: chmod 755 it before it is packed; zip files keep that.\n`;
  return `[heddle] ${program} cannot be run here: it must be a program for Linux on x86-64, or a script whose first line names a program that is there.\n`;
}

function invalid(errorMessage: string): FunctionErrorBody {
  return { errorType: 'Runtime.InvalidEntrypoint', errorMessage };
}

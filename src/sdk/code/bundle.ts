import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFailure, BuildOptions, Message, Metafile, OutputFile } from 'esbuild';
import { countedBuild } from '../../model/builds.ts';
import { CodeError } from './code-error.ts';
import { entryFile } from './thread-code.ts';

/** What a bundle was made of and came to. */
export interface Bundle {
  /** The module, and its source map beside it. */
  readonly files: readonly OutputFile[];
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
}

/** What CommonJS packages inside the bundle may still ask for, and an ES module lacks. On one line. */
export const banner: string =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const type = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
/** What `import … from 'heddle'` is in a thread. */
const inside = fileURLToPath(new URL(`../inside.${type}`, import.meta.url));
/** The same in a function. */
export const functionEntry: string = fileURLToPath(new URL(`../function.${type}`, import.meta.url));

function aliases(heddle: string): Record<string, string> {
  return { heddle, 'heddle/worker_threads': 'node:worker_threads' };
}

/** What is bundled in place of what a function imports. */
export const functionAlias: Readonly<Record<string, string>> = aliases(functionEntry);

/** The runtime that code runs on where nothing else is said. */
export const defaultRuntime = 'nodejs24.x';

/** Whether it is what esbuild throws. */
export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

/** Where a folder to work in is given it is not the user's, to whom paths relative to it would say little. */
function withFullPath(message: Message, { absWorkingDir }: BuildOptions): Message {
  const { location } = message;
  if (location === null || absWorkingDir === undefined) return message;
  return { ...message, location: { ...location, file: resolve(absWorkingDir, location.file) } };
}

/**
 * Bundles a module with all that it imports into one ES module, `index.mjs`, with a source map beside it; nothing is
 * written. `options` name the entry, and override what is said here. Throws CodeError with esbuild's words on errors in
 * what is bundled.
 */
export async function bundle(what: string, runtime: string, options: BuildOptions): Promise<Bundle> {
  const esbuild = await import('esbuild');
  try {
    const { outputFiles, metafile, warnings } = await countedBuild(() =>
      esbuild.build({
        outfile: entryFile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: runtime.startsWith('nodejs22') ? 'node22' : 'node24',
        sourcemap: 'linked',
        logLevel: 'silent',
        banner: { js: banner },
        // The code's own `heddle` is the one for threads. Where it would bundle in its turn it says that it cannot.
        alias: aliases(inside),
        ...options,
        external: [...(options.external ?? []), 'esbuild'],
        write: false,
        metafile: true,
      }),
    );
    return { files: outputFiles, metafile, warnings };
  } catch (cause) {
    if (!isBuildFailure(cause)) throw cause;
    const messages = await esbuild.formatMessages(
      cause.errors.map((error) => withFullPath(error, options)),
      { kind: 'error', color: process.stderr.isTTY },
    );
    throw new CodeError(`Could not bundle ${what}:\n${messages.join('').trimEnd()}`, { cause });
  }
}

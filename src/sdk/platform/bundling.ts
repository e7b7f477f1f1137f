import { dirname } from 'node:path';
import { buildCode } from '../code/build-code.ts';
import type { Built } from '../code/build-cache.ts';
import { defaultRuntime } from '../code/bundle.ts';
import type { ThreadCode } from '../code/thread-code.ts';

export { BuildCache, type Built } from '../code/build-cache.ts';
export { moduleCode } from '../code/module-code.ts';

/** A function that imports modules. */
export interface ImportingFunction {
  readonly name: string;
  /** A module that exports it. */
  readonly text: string;
  /** What stands for its file. */
  readonly source: string;
  /** Its file, if that is known: what it imports is found from there. */
  readonly file: string | undefined;
  readonly modules: readonly string[];
}

/** How a function becomes a thread's code. */
export interface FunctionOptions {
  /** Where it will run. */
  readonly runtime?: string;
  /** Packages that are not bundled: the thread has them. `*` stands for anything. */
  readonly external?: readonly string[];
}

/** Bundles a function with what it imports. Rejects with CodeError. */
export async function bundleFunction(
  { name, text, source, file }: ImportingFunction,
  { runtime = defaultRuntime, external = [] }: FunctionOptions,
): Promise<Built<ThreadCode>> {
  return await buildCode({
    what: `the function ${name} of ${source}`,
    runtime,
    external,
    files: [],
    entry: {
      stdin: {
        contents: text,
        resolveDir: file === undefined ? process.cwd() : dirname(file),
        sourcefile: source,
        loader: 'js',
      },
    },
  });
}

import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildCache } from './build-cache.ts';
import { buildCode } from './build-code.ts';
import { defaultRuntime } from './bundle.ts';
import { CodeError } from './code-error.ts';
import { findFiles } from './extra-files.ts';
import type { ThreadCode } from './thread-code.ts';

/** How a module becomes a thread's code. */
export interface ModuleOptions {
  /** Where it will run. */
  readonly runtime?: string;
  /** Files that come along: paths, folders or glob patterns, relative to the module. */
  readonly files?: string | readonly string[];
  /** Packages that are not bundled: the thread has them. `*` stands for anything. */
  readonly external?: readonly string[];
}

const bundlesKeptMax = 64;
const cache = new BuildCache<ThreadCode>(bundlesKeptMax);

/** The path of a module that is named by a `file:` URL or an absolute path. */
function pathOf(url: URL | string): string {
  if (typeof url === 'string' && isAbsolute(url)) return url;
  const text = String(url);
  if (!URL.canParse(text) || !text.startsWith('file:'))
    throw new CodeError(
      `A thread's module is named by a file: URL, and "${text}" is none. Try new URL('./work.ts', import.meta.url).`,
    );
  return fileURLToPath(text);
}

/**
 * Makes a thread's code of a module: TypeScript or JavaScript, ESM or CommonJS, bundled with its npm dependencies.
 * Stacks of errors in a thread show the original files by their absolute paths here. The same files give the same
 * bytes. Each module is bundled once in a process, and anew when one of its files changed; a file that would only now be
 * found in place of another is not noticed.
 *
 * @param url - `file:` URL or absolute path.
 * @throws {CodeError} where something cannot come along; the message names it.
 */
export async function moduleCode(url: URL | string, options: ModuleOptions = {}): Promise<ThreadCode> {
  const path = pathOf(url);
  const { runtime = defaultRuntime, external = [], files: names = [] } = options;
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new CodeError(`There is no file ${path} to make a thread's code of.`);
  const files = await findFiles(path, typeof names === 'string' ? [names] : names);
  const key = JSON.stringify([path, runtime, external, files]);
  return await cache.get(key, async () =>
    buildCode({ what: path, runtime, external, files, entry: { entryPoints: [path] } }),
  );
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, parse, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeFile } from '../model/code.ts';
import { buildCode } from '../sdk/code/build-code.ts';
import { CodeError } from '../sdk/code/code-error.ts';
import { zipOf } from '../sdk/platform/zip.ts';
import { CliError, exitCodes } from './exit.ts';

/** A function's code, ready to be sent. */
export interface CodePackage {
  readonly zip: Uint8Array;
  /** A name for the function, from the file's or folder's. */
  readonly name: string;
  /** The handler where none is given. */
  readonly handler: string;
  /** What was made, for a person. */
  readonly summary: string;
}

const sourceTypes = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const entryNames = ['index', 'src/index', 'main', 'handler'];

/** The file that a folder's code begins with: `main` of its package.json, else `index` and the like. */
function entryOf(folder: string): string {
  const candidates = entryNames.flatMap((name) => sourceTypes.map((type) => name + type));
  const manifestPath = join(folder, 'package.json');
  if (existsSync(manifestPath)) {
    const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && 'main' in manifest && typeof manifest.main === 'string')
      candidates.unshift(manifest.main);
  }
  const found = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (found === undefined)
    throw new CliError(`${folder} has no file to begin with.`, exitCodes.usage, {
      hint: `Name the file itself, or call it index.ts (looked for: ${entryNames.join(', ')} with ${sourceTypes.join(', ')}).`,
    });
  return join(folder, found);
}

/** A source map with its sources named as seen from `folder`, not as they lie on this machine. */
function withRelativeSources(map: Uint8Array, folder: string): Buffer {
  const parsed: { sources: string[] } = JSON.parse(Buffer.from(map).toString());
  parsed.sources = parsed.sources.map((source) => relative(folder, fileURLToPath(source)).replaceAll(sep, '/'));
  return Buffer.from(JSON.stringify(parsed));
}

/**
 * Bundles an entry file with all that it imports into one module with a source map; native add-ons lie beside it. Throws
 * CliError on errors in it.
 */
async function bundleEntry(entry: string, runtime: string): Promise<readonly CodeFile[]> {
  const path = resolve(entry);
  try {
    const { value } = await buildCode({ what: path, runtime, external: [], files: [], entry: { entryPoints: [path] } });
    return value.files.map((file) =>
      file.path === `${value.entry}.map` ? { ...file, data: withRelativeSources(file.data, dirname(path)) } : file,
    );
  } catch (cause) {
    if (!(cause instanceof CodeError)) throw cause;
    throw new CliError(cause.message, exitCodes.usage, { cause });
  }
}

/** Makes a package from a source file, a folder or a zip file. Throws CliError (usage). */
export async function packageCode(path: string, runtime: string): Promise<CodePackage> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CliError(`There is no file or folder ${path}.`, exitCodes.usage);
  const name = parse(path).name.replaceAll(/[^\w-]/g, '-');
  const type = extname(path);
  if (stat.isFile() && type === '.zip')
    return { zip: readFileSync(path), name, handler: 'index.handler', summary: 'zip file as it is' };
  if (stat.isFile() && !sourceTypes.includes(type))
    throw new CliError(`${path} is neither TypeScript, JavaScript nor a zip file.`, exitCodes.usage);
  const entry = stat.isDirectory() ? entryOf(path) : path;
  const files = await bundleEntry(entry, runtime);
  const bytes = files.reduce((sum, file) => sum + file.data.byteLength, 0);
  const summary = `${basename(entry)} and what it imports, ${(bytes / 1_024).toFixed(1)} KB with source map`;
  return { zip: await zipOf(files), name, handler: 'index.handler', summary };
}

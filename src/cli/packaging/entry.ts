import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, parse, resolve } from 'node:path';
import { CliError, exitCodes } from '../exit.ts';

/** What is to be deployed, as it was found on disk. */
export type Source =
  | { readonly kind: 'zip'; readonly path: string; readonly name: string }
  | { readonly kind: 'code'; readonly path: string; readonly name: string; readonly folder: string };

/** The file that a function's code begins with. */
export interface Entry {
  readonly path: string;
  /** What of its exports is called: names with dots between them. */
  readonly exportPath: string;
}

const sourceTypes = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
const entryNames = ['index', 'src/index', 'main', 'handler'];
const nameLengthMax = 64;

/** Whether a file is a module that Node runs, or one that is compiled to such. */
export function isCode(path: string): boolean {
  return sourceTypes.includes(extname(path)) && !/\.d\.[cm]?ts$/.test(path);
}

/** A name for a function, from that of a file or folder. Throws CliError (usage) where nothing is left of it. */
function functionName(name: string): string {
  const made = name
    .replaceAll(/[^\w-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, nameLengthMax);
  if (made !== '') return made;
  throw new CliError(`"${name}" gives no name for a function.`, exitCodes.usage, { hint: 'Give it one with --name.' });
}

/** Finds what `path` names; `name`: what the function is to be called, if that was said. Throws CliError (usage). */
export function findSource(path: string, name?: string): Source {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CliError(`There is no file or folder ${path}.`, exitCodes.usage);
  // A folder may be called `.`, and it may be a link: its own name is what people know it by.
  const absolute = resolve(path);
  const real = realpathSync(absolute);
  if (stat.isDirectory())
    return { kind: 'code', path: real, name: name ?? functionName(basename(absolute)), folder: real };
  // Called so by AWS: what it is of, its folder says.
  if (basename(real) === 'bootstrap')
    return { kind: 'code', path: real, name: name ?? functionName(basename(dirname(absolute))), folder: dirname(real) };
  const named = name ?? functionName(parse(absolute).name);
  if (extname(path) === '.zip') return { kind: 'zip', path: real, name: named };
  if ([...sourceTypes, '.py'].includes(extname(path)))
    return { kind: 'code', path: real, name: named, folder: dirname(real) };
  throw new CliError(`${path} is neither TypeScript, JavaScript, Python, a bootstrap nor a zip file.`, exitCodes.usage);
}

/** The file of a module of Node's, whatever its type, if there is one. */
export function existing(folder: string, module: string): string | undefined {
  return sourceTypes.map((type) => join(folder, module + type)).find((path) => existsSync(path));
}

/** The file that a folder of Node's begins with, if it has one: `main` of its package.json, or one of a usual name. */
export function usualEntry(folder: string): string | undefined {
  const manifestPath = join(folder, 'package.json');
  const manifest: unknown = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {};
  if (typeof manifest === 'object' && manifest !== null && 'main' in manifest && typeof manifest.main === 'string') {
    const main = join(folder, manifest.main);
    const found = statSync(main, { throwIfNoEntry: false })?.isFile() === true ? main : existing(folder, manifest.main);
    if (found !== undefined) return found;
  }
  return entryNames.map((name) => existing(folder, name)).find((path) => path !== undefined);
}

function defaultEntry(folder: string): string {
  const found = usualEntry(folder);
  if (found !== undefined) return found;
  throw new CliError(`${folder} has no file to begin with.`, exitCodes.usage, {
    hint: `Name the file itself, or call it index.ts (looked for: ${entryNames.join(', ')} with ${sourceTypes.join(', ')}); of Python: app.py, or requirements.txt beside it; a program of its own: bootstrap.`,
  });
}

/**
 * The entry that `handler` (`folder/file.export`) names in a folder, or that a folder begins with where it names none; of a
 * file only the export is taken. `asked`: it was asked for now, and so must be there. Throws CliError (usage).
 */
export function findEntry(source: Extract<Source, { kind: 'code' }>, handler: string, asked: boolean): Entry {
  const file = basename(handler);
  const dot = file.indexOf('.');
  if (dot <= 0 || dot === file.length - 1)
    throw new CliError(`--handler must be FILE.EXPORT; it is "${handler}".`, exitCodes.usage);
  const module = join(dirname(handler), file.slice(0, dot));
  const exportPath = file.slice(dot + 1);
  if (source.path !== source.folder) return { path: source.path, exportPath };
  const named = existing(source.folder, module);
  if (named === undefined && asked && module !== 'index')
    throw new CliError(`${source.folder} has no file ${module} (.ts, .js, …), which --handler names.`, exitCodes.usage);
  return { path: named ?? defaultEntry(source.folder), exportPath };
}

/** A file's name without its type, as it stands in a handler's name. */
export function moduleName(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** Whether it is TypeScript, or something else that Node does not run as it is. */
export function isCompiled(path: string): boolean {
  return /\.([cm]?tsx?|jsx)$/.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

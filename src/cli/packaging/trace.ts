import { existsSync } from 'node:fs';
import { lstat, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { nodeFileTrace, resolve as resolveAsNode } from '@vercel/nft';
import { type CodeFile, linkMode } from '../../model/functions/code.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Compiler } from './compiler.ts';
import { isOwn, ownPackage } from './own-package.ts';

/** Files as they are, with the folders that they are in. */
export interface Traced {
  readonly files: readonly CodeFile[];
  /** What becomes of an absolute path. */
  readonly placeOf: (path: string) => string;
  /** What was found, absolute: sources, and files that they read. */
  readonly inputs: readonly string[];
}

const concurrency = 64;

/** What entries need. */
interface Needed {
  readonly paths: readonly string[];
  /** Some of it imports this very package, which is no file of theirs. */
  readonly own: boolean;
}

/** Finds what entries need, wherever it lies: modules, and files that they read, by looking at their code. */
async function traceFiles(entries: readonly string[], folder: string, compiler: Compiler): Promise<Needed> {
  let own = false;
  const sources = new Map<string, string>();
  /** What an import leads to, as opposed to files that code only reads. */
  const modules = new Set<string>();
  const found = <Found extends string | string[]>(paths: Found): Found => {
    for (const path of [paths].flat()) modules.add(path);
    return paths;
  };
  const { fileList, reasons } = await nodeFileTrace([...entries], {
    base: '/',
    processCwd: folder,
    mixedModules: true,
    ignore: isOfSystem,
    readFile: async (path) => {
      const compiled = await compiler.compile(path);
      if (compiled === undefined) return await readFile(path).catch(() => null);
      sources.set(compiled.path, path);
      return compiled.code;
    },
    resolve: async (id, parent, job, cjsResolve) => {
      if (isOwn(id)) {
        own = true;
        return 'node:module'; // nothing to look at
      }
      if (id.startsWith('.')) {
        // Compiled code names what its imports become, which is not there.
        const target = resolve(dirname(parent), id);
        const source = sources.get(target) ?? (await sourceOf(target));
        if (source !== undefined) return found(source);
      }
      return found(await resolveAsNode(id, parent, job, cjsResolve));
    },
  });
  const isNeeded = (path: string): boolean => {
    const reason = reasons.get(path);
    const type: readonly string[] = reason?.type ?? [];
    if (type.includes('initial') || modules.has(join('/', path))) return true;
    if (type.includes('resolve') && basename(path) === 'package.json') return true;
    return [...(reason?.parents ?? [])].some((parent) => belongs(path, parent, folder));
  };
  return { paths: [...fileList].filter(isNeeded).map((path) => join('/', path)), own };
}

/** What no code consists of, and what may be gone before it is read. Paths without their first slash. */
function isOfSystem(path: string): boolean {
  return /^(?:proc|sys|dev|run)\//.test(path);
}

/**
 * Whether a file that code reads is part of the code: what lies in the folder, in a package, or in the reader's own. Others are this
 * machine's (`/etc/hosts`, `/tmp/…`), and nobody meant to send them. Paths without their first slash.
 */
function belongs(path: string, reader: string, folder: string): boolean {
  const absolute = join('/', path);
  if (absolute.startsWith(`${folder}/`) || absolute.includes('/node_modules/')) return true;
  for (let own = dirname(join('/', reader)); own !== '/'; own = dirname(own))
    if (existsSync(join(own, 'package.json'))) return absolute.startsWith(`${own}/`);
  return false;
}

/** The source that a compiled file will be made of. */
export async function sourceOf(target: string): Promise<string | undefined> {
  const [, stem, kind] = /^(.*)(\.[cm]?js)$/.exec(target) ?? [];
  if (stem === undefined || (await isFile(target))) return undefined;
  const candidates =
    { '.js': ['.ts', '.tsx', '.jsx'], '.mjs': ['.mts', '.ts', '.tsx', '.jsx'], '.cjs': ['.cts'] }[kind ?? ''] ?? [];
  for (const type of candidates) if (await isFile(stem + type)) return stem + type;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The deepest folder that all paths are in, `folder` or above it. */
function rootOf(folder: string, paths: readonly string[]): string {
  let root = folder;
  for (const path of paths) while (root !== '/' && !path.startsWith(`${root}/`)) root = dirname(root);
  return root;
}

/**
 * Where what lies above the folder goes, if that is only packages in one `node_modules`, as those of a workspace are: into the folder, where
 * they are found as well, so that the code finds itself at the root. Undefined where that would change what is found.
 */
async function hoisted(folder: string, paths: readonly string[]): Promise<((path: string) => string) | undefined> {
  const outside = paths.filter((path) => !path.startsWith(`${folder}/`));
  let above = dirname(folder);
  while (!outside.every((path) => path.startsWith(`${above}/`)) && above !== '/') above = dirname(above);
  const taken = new Set(paths.flatMap((path) => packageBelow(folder, path)));
  for (const path of outside) {
    const isScope = path === join(above, 'package.json') && !(await isFile(join(folder, 'package.json')));
    const [name] = packageBelow(above, path);
    if (!isScope && (name === undefined || taken.has(name))) return undefined;
    if ((await lstat(path)).isSymbolicLink()) return undefined;
  }
  return (path) => relative(path.startsWith(`${folder}/`) ? folder : above, path);
}

/** The package in `folder/node_modules` that a file belongs to, in a list; an empty one where it is in none. */
function packageBelow(folder: string, path: string): readonly string[] {
  const start = `${folder}/node_modules/`;
  if (!path.startsWith(start)) return [];
  const [scope = '', name = ''] = path.slice(start.length).split('/');
  return [scope.startsWith('@') ? `${scope}/${name}` : scope];
}

async function readAs(path: string, place: string): Promise<CodeFile | undefined> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) {
    const target = relative(dirname(path), resolve(dirname(path), await readlink(path)));
    return { path: place, mode: linkMode, data: Buffer.from(target) };
  }
  if (!found.isFile()) return undefined;
  return { path: place, mode: (found.mode & 0o111) === 0 ? 0o644 : 0o755, data: await readFile(path) };
}

/**
 * All that entries need, as it is, and what its TypeScript becomes beside it. `folder`: where the code believes to run, and the root of
 * what is made unless modules that are no packages lie outside. `more`: absolute paths of what comes along in any case.
 */
export async function trace(
  entries: readonly string[],
  folder: string,
  compiler: Compiler,
  more: readonly string[],
): Promise<Traced> {
  const needed = await traceFiles(entries, folder, compiler);
  const found = [...new Set([...needed.paths, ...more])].sort();
  const compiled = await compiler.all();
  const paths = [...found, ...compiled.map(({ path }) => path)];
  const root = rootOf(folder, paths);
  const placeOf = (await hoisted(folder, found)) ?? ((path: string) => relative(root, path));
  const replaced = new Set(compiled.map(({ source }) => source));
  const files: CodeFile[] = needed.own ? [...(await ownPackage(compiler.runtime))] : [];
  for (let at = 0; at < found.length; at += concurrency) {
    const some = found.slice(at, at + concurrency).filter((path) => !replaced.has(path));
    for (const file of await Promise.all(some.map((path) => readAs(path, placeOf(path)))))
      if (file !== undefined) files.push(file);
  }
  for (const { path, code, map } of compiled) {
    if (found.includes(path) && !replaced.has(path))
      throw new CliError(`${path} is in the way of what its TypeScript becomes.`, exitCodes.usage, {
        hint: 'Deploy that file itself, or take it away.',
      });
    files.push({ path: placeOf(path), mode: 0o644, data: Buffer.from(code) });
    if (map !== undefined) files.push({ path: placeOf(`${path}.map`), mode: 0o644, data: Buffer.from(map) });
  }
  return { files, placeOf, inputs: found };
}

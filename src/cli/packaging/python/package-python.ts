import { cp, glob, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { CodeFile } from '../../../model/functions/code.ts';
import type { PythonRuntimeName } from '../../../model/runtimes/configuration.ts';
import { limits } from '../../../model/limits.ts';
import { zipOf } from '../../../sdk/platform/zip.ts';
import { CliError, exitCodes } from '../../exit.ts';
import type { Source } from '../entry.ts';
import { formatCodeBytes } from '../../output/style.ts';
import { checkSize, type CodePackage } from '../package-code.ts';
import { compileFor, faultOf } from './compile.ts';
import { installRequirements } from './install.ts';
import { findHandler, moduleOf } from './handler.ts';
import { requirementsOf } from './requirements.ts';

/** How Python's code is to be packed. */
export interface PythonOptions {
  readonly runtime: PythonRuntimeName;
  /** As it was asked for, or as the function has it; undefined for a new one of which nothing was said. */
  readonly handler: string | undefined;
  /** Glob patterns of files that come along although they would be left out, relative to the folder. */
  readonly include: readonly string[];
}

/** What tools leave in a folder, and what is no part of a program. */
const leftOut =
  /^(\..*|__pycache__|node_modules|venv|env|virtualenv|dist|build|.*\.egg-info|.*\.py[co]|requirements.*\.txt|pyproject\.toml)$/;

/** Makes a package of a file or folder of Python: its files, and what it says it needs. Throws CliError. */
export async function packagePython(
  source: Extract<Source, { kind: 'code' }>,
  options: PythonOptions,
): Promise<CodePackage> {
  const stage = await mkdtemp(join(tmpdir(), 'heddle-deploy-'));
  try {
    const isFolder = source.path === source.folder;
    const needs = isFolder ? await requirementsOf(source.folder) : undefined;
    if (needs !== undefined && needs.lines.length > 0) await installRequirements(needs, options.runtime, stage);
    const inputs = isFolder ? await ownFiles(source.folder, options.include) : [source.path];
    for (const path of inputs)
      await cp(path, join(stage, placeOf(source.folder, path, needs?.file)), { recursive: true });
    const handler = findHandler(source, stage, options.handler);
    const compiled = await compileFor(options.runtime, stage);
    const files = await filesBelow(stage);
    const zip = await zipOf(files);
    checkSize(zip.byteLength, files);
    const installed = needs === undefined || needs.lines.length === 0 ? '' : ` with what ${needs.file} names`;
    const bytes = files.reduce((sum, { data }) => sum + data.byteLength, 0);
    const count = `${files.length.toLocaleString('en-US')} ${files.length === 1 ? 'file' : 'files'}, ${formatCodeBytes(bytes)}`;
    const summary = `As it is${installed}, ${count}${compiled === undefined ? '' : ', compiled'}, for ${options.runtime}.`;
    const fault = faultOf(compiled ?? '', stage, `${moduleOf(handler.name)}.py`);
    const warnings = [...handler.warnings, ...(fault === undefined ? [] : [fault])];
    return { zip, handler: handler.name, summary, warnings, inputs };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The packages of a project with a `pyproject.toml` lie below `src`, and are imported without it. */
function placeOf(folder: string, path: string, needs: string | undefined): string {
  const place = relative(folder, path);
  return needs === 'pyproject.toml' && place.startsWith('src/') ? place.slice('src/'.length) : place;
}

async function ownFiles(folder: string, include: readonly string[]): Promise<string[]> {
  const found = await walk(folder, (name) => !leftOut.test(name));
  for (const pattern of include) {
    const before = found.length;
    for await (const match of glob(pattern, { cwd: folder })) {
      const path = resolve(folder, match);
      found.push(...((await stat(path)).isDirectory() ? await walk(path, () => true) : [path]));
    }
    if (found.length === before)
      throw new CliError(`No file is called ${pattern}, which --include names.`, exitCodes.usage);
  }
  if (found.length > limits.codeFilesMax)
    throw new CliError(
      `${folder} has ${found.length} files; at most ${limits.codeFilesMax} are allowed.`,
      exitCodes.usage,
      { hint: 'Put what the function does not need elsewhere, or name the file to deploy itself.' },
    );
  return found;
}

async function walk(folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!wanted(entry.name)) continue;
    // Of links, what they lead to.
    const isFolder = entry.isSymbolicLink() ? (await stat(path)).isDirectory() : entry.isDirectory();
    if (isFolder && (await isEnvironment(path))) continue;
    found.push(...(isFolder ? await walk(path, wanted) : [path]));
  }
  return found;
}

/** Whatever it is called. */
function isEnvironment(folder: string): Promise<boolean> {
  return stat(join(folder, 'pyvenv.cfg')).then(
    () => true,
    () => false,
  );
}

async function filesBelow(folder: string): Promise<CodeFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path): Promise<CodeFile> => {
      const [{ mode }, data] = await Promise.all([stat(path), readFile(path)]);
      return { path: relative(folder, path), mode: mode & 0o777, data };
    }),
  );
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

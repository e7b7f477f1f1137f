import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { CodeFile } from '../../model/functions/code.ts';
import { limits } from '../../model/limits.ts';
import { zipOf } from '../../sdk/platform/zip.ts';
import { CliError, exitCodes } from '../exit.ts';
import type { Source } from './entry.ts';
import { formatCodeBytes } from '../output/style.ts';
import { checkSize, type CodePackage } from './package-code.ts';

/** The file that functions of OS-only runtimes bring along. */
const bootstrapName = 'bootstrap';

/** Whether what is to be deployed is its own program, as far as its names show. */
export function bringsBootstrap(source: Source): boolean {
  if (source.kind === 'zip') return false;
  if (source.path !== source.folder) return basename(source.path) === bootstrapName;
  return isFile(join(source.folder, bootstrapName)) && !existsSync(join(source.folder, 'package.json'));
}

/** Makes a package of a folder with a bootstrap, or of that alone: what is there, as it is. Throws CliError (usage). */
export async function packageBootstrap(
  source: Extract<Source, { kind: 'code' }>,
  handler: string | undefined,
): Promise<CodePackage> {
  const isFolder = source.path === source.folder;
  const all = isFolder ? await filesOf(source.folder) : [await fileAt(source.path, bootstrapName)];
  const bootstrap = all.find(({ path }) => path === bootstrapName);
  if (bootstrap === undefined)
    throw new CliError(`${source.folder} has no file named ${bootstrapName}.`, exitCodes.usage, {
      hint: 'It is the program that is run: a script, or a binary for Linux on x86-64. A layer may have it, too: deploy a zip file then.',
    });
  const runs = (bootstrap.mode & 0o111) !== 0;
  const warnings = runs ? [] : [`${bootstrapName} is not executable; it was sent as if it were.`];
  const files = all.map((file) => (file === bootstrap ? { ...file, mode: 0o755 } : file));
  const inputs = all.map(({ path }) => (isFolder ? join(source.folder, path) : source.path));
  const zip = await zipOf(files);
  checkSize(zip.byteLength, files);
  const bytes = files.reduce((sum, { data }) => sum + data.byteLength, 0);
  const count = `${files.length.toLocaleString('en-US')} ${files.length === 1 ? 'file' : 'files'}, ${formatCodeBytes(bytes)}`;
  return {
    zip,
    handler: handler ?? bootstrapName,
    summary: `As it is, ${count}, with its own program.`,
    warnings,
    inputs,
  };
}

/** All files of a folder, as they are to be packed; of links, what they lead to. Throws CliError where there are too many. */
export async function filesOf(folder: string): Promise<CodeFile[]> {
  return await Promise.all((await pathsOf(folder)).map((path) => fileAt(path, relative(folder, path))));
}

async function fileAt(path: string, name: string): Promise<CodeFile> {
  const [{ mode }, data] = await Promise.all([stat(path), readFile(path)]);
  return { path: name, mode: mode & 0o777, data };
}

async function pathsOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await readdir(folder, { withFileTypes: true })) {
    if (name === '.git') continue;
    const path = join(folder, name);
    if (isFile(path)) found.push(path);
    else if (statSync(path).isDirectory()) found.push(...(await pathsOf(path)));
    if (found.length > limits.codeFilesMax)
      throw new CliError(
        `${folder} has more than ${limits.codeFilesMax} files, which is what is allowed.`,
        exitCodes.usage,
      );
  }
  return found;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

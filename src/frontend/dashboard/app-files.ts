import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, glob, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** What the page is made of; what else it takes from other folders is types, and tables of a few lines. */
const madeOf = ['src/dashboard/**/*', 'src/model/**/*.ts', 'tools/dashboard/*', 'package-lock.json'];

/**
 * The folder with the dashboard's files: in the package they lie ready; in a checkout they are built, once for each state of the sources, in the cache folder.
 * Takes two seconds then. Throws where they can be neither found nor built.
 */
export async function appFolder(cache: string): Promise<string> {
  const sources = join(root, 'src/dashboard');
  // In the package this file is itself in dist/, whose sources are not there.
  if (!(await exists(join(sources, 'index.html')))) return join(root, 'dist/dashboard');
  const folder = join(cache, 'dashboard', `app-${await hashOfSources()}`);
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const staged = `${folder}.${process.pid}`;
  try {
    await build(staged);
    await rename(staged, folder);
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    // Another process was quicker.
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function hashOfSources(): Promise<string> {
  const paths: string[] = [];
  for await (const entry of glob(madeOf, { cwd: root, withFileTypes: true }))
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const path of paths.sort())
    hash
      .update(`${relative(root, path)}\0`)
      .update(await readFile(path))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** The bundler is a development tool: it runs in a process of its own, which leaves nothing in this one. */
async function build(folder: string): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'tools/dashboard/build.ts'), folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = `${errors}${text}`.slice(-4_000)));
  const [code]: unknown[] = await once(child, 'close');
  if (code !== 0)
    throw new Error(
      `The dashboard could not be built (tools/dashboard/build.ts ended with ${String(code)}): ${errors}`,
    );
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

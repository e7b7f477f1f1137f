import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { testCache } from '../../src/instance/testing/places.ts';

/** Where packages lie that were installed for tests, or why they could not be. */
export type Installed = { readonly modules: string } | { readonly skip: string };

/** How packages are installed that have to be compiled for it. */
export interface Compiling {
  /** Variables for their scripts. */
  readonly environment: NodeJS.ProcessEnv;
  /** Why that is not to be done now, where they are not there from an earlier run. */
  readonly not?: string | undefined;
}

/**
 * Installs packages by npm into the cache, where they are not there from an earlier run. Nothing of theirs is run, unless they are
 * to be compiled.
 */
export async function installed(packages: Readonly<Record<string, string>>, compiling?: Compiling): Promise<Installed> {
  const wanted = compiling === undefined ? packages : { packages, compiled: true };
  const key = createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16);
  const folder = join(testCache(), 'test-packages', key);
  const modules = join(folder, 'node_modules');
  if (existsSync(folder)) return { modules };
  if (compiling?.not !== undefined) return { skip: compiling.not };
  await mkdir(dirname(folder), { recursive: true });
  const staged = await mkdtemp(`${folder}.partial-`);
  try {
    await writeFile(join(staged, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    const scripts = `--ignore-scripts=${compiling === undefined}`;
    const how = ['--no-audit', '--no-fund', scripts, '--fetch-retries=1', '--loglevel=error'];
    const env = { ...process.env, ...compiling?.environment };
    await promisify(execFile)('npm', ['install', ...how], { cwd: staged, env, maxBuffer: 67_108_864 });
    await rename(staged, folder).catch((error: unknown) => {
      // Another test has just done the same.
      if (!existsSync(folder)) throw error;
    });
    return { modules };
  } catch (error) {
    return { skip: `the packages cannot be installed here: ${String(error).slice(0, 300)}` };
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/** Writes files below a folder, and makes the folders that they are in; gives the folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, once, type Build } from '../../image/cache.ts';
import { thisDistribution } from '../../image/debian.ts';
import { runTool } from '../../image/tool.ts';
import { packageSources, type PackageSource } from '../../image/package-sources.ts';
import { oldestRelease, releaseOf, versionOf, type Runsc } from './version.ts';

/** Raised when what is put into the cache changes. */
const recipe = 1;

/**
 * The runsc in Heddle's cache, which is unpacked there from this machine's own package sources, or the backports of the same
 * distribution on the same mirror, checked by apt's signatures. Needs no root, and changes nothing outside `cacheDir`. Throws an
 * Error that says what was tried if there is none to be had.
 */
export async function cachedRunsc(
  cacheDir: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Runsc> {
  const key = keyOf({ recipe, distribution: await thisDistribution(), oldestRelease });
  const folder = await once(join(cacheDir, 'runsc'), key, unpackRunsc, report, signal);
  const path = join(folder, 'runsc');
  return { path, version: await versionOf(path, signal) };
}

async function unpackRunsc({ folder, report, signal }: Build): Promise<void> {
  report('gVisor: looking for runsc in the package sources of this machine.');
  const attempts: string[] = [];
  for (const source of await packageSources()) {
    const archive = await download(source, join(folder, '.apt'), signal).catch((error: unknown) => {
      signal.throwIfAborted();
      attempts.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (archive === undefined) continue;
    report(`gVisor: unpacking runsc from ${source.name} into the cache.`);
    await runTool('dpkg-deb', ['-x', archive, join(folder, '.unpacked')], { signal });
    await rename(join(folder, '.unpacked/usr/bin/runsc'), join(folder, 'runsc'));
    for (const rest of ['.apt', '.unpacked']) await rm(join(folder, rest), { recursive: true, force: true });
    await chmod(folder, 0o755); // was mkdtemp's 0700
    return;
  }
  throw new Error(`No runsc from ${oldestRelease} or later was found. Tried ${attempts.join('; ')}.`);
}

/** Gives the path of the package file. */
async function download(source: PackageSource, folder: string, signal: AbortSignal): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'files'])
    await mkdir(join(folder, path), { recursive: true });
  const options = await aptOptions(source, folder);
  if (source.entries !== undefined) await runTool('apt-get', [...options, 'update'], { signal });
  const versions = await runTool('apt-cache', [...options, 'madison', 'runsc'], { signal });
  const version = versions
    .split('\n')
    .map((line) => line.split('|')[1]?.trim() ?? '')
    .find((text) => (releaseOf(text) ?? 0) >= oldestRelease);
  if (version === undefined) throw new Error('has no such runsc');
  await runTool('apt-get', [...options, 'download', `runsc=${version}`], { signal, cwd: join(folder, 'files') });
  const [file] = await readdir(join(folder, 'files'));
  if (file === undefined) throw new Error('gave no package file');
  return join(folder, 'files', file);
}

/** apt with folders and, for a source that is not the system's own, lists of its own. */
async function aptOptions(source: PackageSource, folder: string): Promise<string[]> {
  const settings: Record<string, string> = {
    'Dir::Cache': join(folder, 'cache'),
    'Debug::NoLocking': '1',
    // Where apt runs as root it would drop to a user who may not write here, and warn about it.
    'APT::Sandbox::User': 'root',
    'APT::Update::Post-Invoke': '',
    'Acquire::Languages': 'none',
  };
  if (source.entries !== undefined) {
    await writeFile(join(folder, 'heddle.sources'), source.entries);
    settings['Dir::State'] = join(folder, 'state');
    settings['Dir::Etc::sourcelist'] = join(folder, 'heddle.sources');
    settings['Dir::Etc::sourceparts'] = '/dev/null';
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

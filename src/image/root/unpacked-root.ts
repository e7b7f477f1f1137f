import { chmod, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build } from '../cache.ts';
import { downloadPackages, unpackPackages } from '../debian.ts';
import { leadOldBotocore } from '../python/old-botocore.ts';
import { compilePython } from '../python/python-compile.ts';

/**
 * Fills a build's folder with the files of Debian packages and all they depend on. `sources`: where they come from, in the format of deb822
 * (sources.list(5)); without it, from this machine's own sources. `what` begins the lines that a person reads.
 */
export async function unpackRoot(
  what: string,
  packages: readonly string[],
  { folder, report, signal }: Build,
  sources?: string,
): Promise<void> {
  const apt = join(folder, '.apt');
  const downloading = `${what}: downloading Debian packages.`;
  report(downloading);
  const files = await downloadPackages(packages, apt, signal, sources, (share) => report(downloading, share));
  const unpacking = `${what}: unpacking ${files.length} Debian packages.`;
  report(unpacking);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await linkFolder(folder, name);
  await unpackPackages(files, folder, signal, (share) => report(unpacking, share));
  await rm(apt, { recursive: true });
}

/** What is left to be done when all files are there. */
export async function finishRoot(folder: string, signal: AbortSignal): Promise<void> {
  await trim(folder);
  await leadOldBotocore(folder);
  await compilePython(folder, signal);
  await settleModes(folder);
}

/** Debian's merged `/usr`: base-files of Debian 12 leaves these links to the installer. */
async function linkFolder(root: string, name: string): Promise<void> {
  await mkdir(join(root, 'usr', name), { recursive: true });
  await symlink(`usr/${name}`, join(root, name));
}

/** Nobody reads manuals in a guest; less to build, pack and map. */
async function trim(root: string): Promise<void> {
  for (const path of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian'])
    await rm(join(root, path), { recursive: true, force: true });
}

/**
 * Nothing in a guest may gain privileges by being run (containers are told so too, this is the second lock), and every
 * user in it may read everything, whatever this process's umask is.
 */
async function settleModes(root: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const executable = entry.isDirectory() || (mode & 0o111) !== 0;
    const settled = (mode & 0o1777) | (executable ? 0o555 : 0o444);
    if (settled !== (mode & 0o7777)) await chmod(path, settled);
  }
  await chmod(root, 0o755); // was mkdtemp's 0700
}

import { chmod, constants, copyFile, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runtimes, type RuntimeName } from '../model/configuration.ts';
import { limits } from '../model/limits.ts';
import { once, keyOf, type Build } from './cache.ts';
import { downloadPackages, thisDistribution, unpackPackages } from './debian.ts';
import { nodeProgram, type NodeProgram } from './node-programs.ts';
import { addFiles, containerIdBase } from './root-files.ts';
import { runTool } from './tool.ts';

/** Raised when the recipe below changes in a way that its other inputs do not show. */
const recipe = 2;

/** What guests are made of, besides Node. `perl-base` drives the identity helper, `tini` is init. */
const packages =
  'base-files bash bubblewrap busybox-static ca-certificates coreutils dash findutils grep libc-bin libc6 libstdc++6 media-types perl-base python3 sed tini tzdata util-linux'.split(
    ' ',
  );

/** Where the programs of the runtimes are in the guest's root. */
export const guestPrograms: Readonly<Record<RuntimeName, string>> = {
  'nodejs24.x': '/opt/node24/bin/node',
  'nodejs22.x': '/opt/node22/bin/node',
};

/** The guest's root file system: an extracted folder, never to be written to. */
export interface GuestRoot {
  readonly dir: string;
  /** Names its content; part of the key of whatever is made from it. */
  readonly hash: string;
}

/**
 * The guest's root file system below `cacheDir`, built from this machine's Debian packages and the Node programs if it is
 * not there: a minute the first time. Needs no root. Safe in several processes at once. Our own bundles are not in it:
 * `/opt/heddle` is empty, to be filled by a mount.
 */
export async function ensureRoot(
  cacheDir: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestRoot> {
  const programs = await Promise.all(runtimes.map((runtime) => nodeProgram(runtime)));
  const distribution = await thisDistribution();
  const nodes = programs.map(({ runtime, version }) => [runtime, version]);
  const hash = keyOf({
    recipe,
    distribution,
    packages,
    nodes,
    containerIdBase,
    channels: limits.socketChannelsPerInstance,
  });
  const dir = await once(join(cacheDir, 'root'), hash, (build) => buildRoot(programs, build), report, signal);
  return { dir, hash };
}

async function buildRoot(programs: readonly NodeProgram[], { folder, report, signal }: Build): Promise<void> {
  const apt = join(folder, '.apt');
  report('Guest root: downloading Debian packages.');
  const files = await downloadPackages(packages, apt, signal);
  report(`Guest root: unpacking ${files.length} Debian packages.`);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await linkFolder(folder, name);
  await unpackPackages(files, folder, signal);
  await rm(apt, { recursive: true });
  for (const program of programs) await addProgram(folder, program);
  report('Guest root: preparing files that package scripts would have made.');
  await trim(folder);
  await addFiles(folder);
  await compilePython(folder, signal);
  await settleModes(folder);
}

/** Debian's merged `/usr`: base-files of Debian 12 leaves these links to the installer. */
async function linkFolder(root: string, name: string): Promise<void> {
  await mkdir(join(root, 'usr', name), { recursive: true });
  await symlink(`usr/${name}`, join(root, name));
}

async function addProgram(root: string, program: NodeProgram): Promise<void> {
  const to = join(root, guestPrograms[program.runtime]);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(program.path, to, constants.COPYFILE_FICLONE);
  await chmod(to, 0o755);
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

/**
 * What the scripts of the Python packages do: without its compiled modules Python starts several times slower. Run by the
 * guest's own Python and C library, so that it does not matter what this machine has.
 */
async function compilePython(root: string, signal: AbortSignal): Promise<void> {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  const folders = (await readdir(join(root, 'usr/lib'))).filter((name) => /^python3\.\d+$/.test(name));
  for (const name of folders) {
    const run = ['--library-path', libraries, join(root, 'usr/bin', name), '-sS', '-m', 'compileall', '-q', '-j', '0'];
    // Paths are recorded as the guest sees them; hashes instead of times, so that unpacking times do not matter.
    const how = ['--invalidation-mode', 'unchecked-hash', '-s', root, '-x', 'test/|lib2to3/tests'];
    await runTool(loader, [...run, ...how, join(root, 'usr/lib', name)], {
      signal,
      env: { PYTHONHOME: join(root, 'usr') },
    });
  }
}

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './tool.ts';

/** The distribution of this machine: its packages are what guests are made of. */
export interface Distribution {
  /** `debian`, `ubuntu` … */
  readonly id: string;
  /** `bookworm`, `noble` …; the version number where there is no name. */
  readonly release: string;
}

/** Reads `/etc/os-release` (freedesktop.org, os-release(5)). Throws where the file is missing. */
export async function thisDistribution(): Promise<Distribution> {
  const text = await readFile('/etc/os-release', 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  return {
    id: field('ID') ?? 'unknown',
    release: field('VERSION_CODENAME') ?? field('VERSION_ID') ?? 'unknown',
  };
}

/**
 * Downloads Debian packages with all they depend on, as if nothing were installed, from the sources that this machine's
 * apt is set up with, checked by apt's own signatures. Needs no root and changes nothing on the machine: apt is given an
 * empty list of installed packages and folders of its own below `folder`. Gives the paths of the package files. `sources`: others
 * than the machine's, in the format of deb822. `onShare`: told how much of the download is there, from 0 to 1.
 */
export async function downloadPackages(
  packages: readonly string[],
  folder: string,
  signal: AbortSignal,
  sources?: string,
  onShare?: (share: number) => void,
): Promise<string[]> {
  const onLine = (line: string): void => {
    const share = downloadedShare(line);
    if (share !== undefined) onShare?.(share);
  };
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  const told = onShare === undefined ? [] : ['-o', 'APT::Status-Fd=1'];
  const own = [...aptOptions(folder), ...told, '-y', '--download-only', 'install', ...packages];
  if (sources !== undefined) {
    const list = join(folder, 'heddle.sources');
    await writeFile(list, sources);
    const only = [
      '-o',
      `Dir::Etc::sourcelist=${list}`,
      '-o',
      'Dir::Etc::sourceparts=/dev/null',
      '-o',
      'Acquire::Languages=none',
    ];
    await downloadWithOwnLists([...only, ...own], folder, { signal, onLine }, only);
    return packageFiles(archives);
  }
  try {
    await runTool('apt-get', own, { signal, onLine });
  } catch {
    signal.throwIfAborted();
    // No package lists on this machine (as in a container), or old ones that name files the mirror no longer has.
    await downloadWithOwnLists(own, folder, { signal, onLine });
  }
  return packageFiles(archives);
}

async function packageFiles(archives: string): Promise<string[]> {
  const names = await readdir(archives);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/**
 * How much of a download is there, of a line of apt's status, such as `dlstatus:5:25.6867:Retrieving file 5 of 34`; undefined where it is another.
 * https://salsa.debian.org/apt-team/apt/-/blob/main/README.progress-reporting
 */
export function downloadedShare(line: string): number | undefined {
  const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
  return percent === undefined ? undefined : Math.min(1, Number(percent) / 100);
}

/**
 * Unpacks package files into `root`. Their scripts are not run. Owners become this process's user where it is not root. `onShare`: told how many of
 * them are, from 0 to 1.
 */
export async function unpackPackages(
  files: readonly string[],
  root: string,
  signal: AbortSignal,
  onShare?: (share: number) => void,
): Promise<void> {
  // Not `dpkg-deb --extract`: it would put a directory in the place of a link such as `/bin` → `/usr/bin`. A shell for the
  // pipe, with the names as arguments, so that nothing in them is read as code; bash because it can tell a pipe's failure.
  const pipe =
    'set -o pipefail; dpkg-deb --fsys-tarfile "$1" | tar -x -p --no-same-owner --keep-directory-symlink -C "$2"';
  for (const [index, file] of files.entries()) {
    await runTool('bash', ['-c', pipe, 'unpack', file, root], { signal });
    onShare?.((index + 1) / files.length);
  }
}

async function downloadWithOwnLists(
  own: readonly string[],
  folder: string,
  { signal, onLine }: { readonly signal: AbortSignal; readonly onLine: (line: string) => void },
  options: readonly string[] = [],
): Promise<void> {
  const lists = join(folder, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  const withLists = ['-o', `Dir::State::lists=${lists}`];
  // Fails if any source fails, even one that we need nothing of; whether it was good enough shows in the next step.
  await runTool('apt-get', [...aptOptions(folder), ...options, ...withLists, 'update'], { signal }).catch(
    () => undefined,
  );
  signal.throwIfAborted();
  await runTool('apt-get', [...withLists, ...own], { signal, onLine });
}

function aptOptions(folder: string): string[] {
  const settings = {
    'Dir::State::status': join(folder, 'status'),
    'Dir::State::extended_states': join(folder, 'extended_states'),
    'Dir::Cache': folder,
    'Dir::Cache::archives': join(folder, 'archives'),
    // Locks of the system's own folders need root, and protect nothing here: ours are private.
    'Debug::NoLocking': '1',
    'APT::Install-Recommends': '0',
    // Where apt runs as root it would drop to a user who may not write here, and warn about it.
    'APT::Sandbox::User': 'root',
    'DPkg::Post-Invoke': '',
    'APT::Update::Post-Invoke': '',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

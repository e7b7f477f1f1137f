import { chmod, constants, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeRuntimes, type PreparedRuntime } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import { once, keyOf, type Build } from '../cache.ts';
import { thisDistribution } from '../debian.ts';
import { nodeProgram, type NodeProgram } from '../node/node-programs.ts';
import { addFiles, containerIdBase } from './root-files.ts';
import { finishRoot, unpackRoot } from './unpacked-root.ts';

/** Raised when the recipe below changes in a way that its other inputs do not show. */
const recipe = 5;

/** What guests are made of, besides Node. `perl-base` drives the identity helper, `tini` is init; what draws text (charts, PDFs, headless browsers) finds fonts, as on AWS. */
const packages =
  'base-files bash bubblewrap busybox-static ca-certificates coreutils curl dash findutils fontconfig fonts-dejavu-core grep libc-bin libc6 libstdc++6 media-types perl-base python3 python3-boto3 sed tini tzdata util-linux'.split(
    ' ',
  );

/** Where the programs of the runtimes are in the guest's root, or in their own. */
export const guestPrograms: Readonly<Record<PreparedRuntime, string>> = {
  'nodejs24.x': '/opt/node24/bin/node',
  'nodejs22.x': '/opt/node22/bin/node',
  'python3.11': '/usr/bin/python3.11',
  'python3.13': '/usr/bin/python3.13',
  // What serves the function's own program.
  'provided.al2023': '/opt/node24/bin/node',
  provided: '/opt/node24/bin/node',
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
  const programs = await Promise.all(nodeRuntimes.map((runtime) => nodeProgram(runtime)));
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

async function buildRoot(programs: readonly NodeProgram[], build: Build): Promise<void> {
  const { folder, report, signal } = build;
  await unpackRoot('Guest root', packages, build);
  for (const program of programs) await addProgram(folder, program);
  report('Guest root: preparing files that package scripts would have made.');
  await addFiles(folder);
  await finishRoot(folder, signal);
}

async function addProgram(root: string, program: NodeProgram): Promise<void> {
  const to = join(root, guestPrograms[program.runtime]);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(program.path, to, constants.COPYFILE_FICLONE);
  await chmod(to, 0o755);
}

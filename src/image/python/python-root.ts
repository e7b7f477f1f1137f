import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { PythonRuntimeName, RuntimeName } from '../../model/runtimes/configuration.ts';
import { keyOf, once } from '../cache.ts';
import { thisDistribution } from '../debian.ts';
import { suiteSources } from '../package-sources.ts';
import type { GuestRoot } from '../root/root.ts';
import { finishRoot, unpackRoot } from '../root/unpacked-root.ts';

/** Raised when the recipe below changes in a way that its other inputs do not show. */
const recipe = 2;

/** The release of Debian that has each Python, with the C library and the packages that were built for it. */
const suites: Readonly<Record<PythonRuntimeName, string>> = { 'python3.11': 'bookworm', 'python3.13': 'trixie' };

/** What containers of a Python see of a system that is not the instance's own. */
const packages =
  'base-files bash ca-certificates coreutils dash findutils grep libc-bin libc6 libstdc++6 media-types sed tzdata util-linux python3 python3-boto3'.split(
    ' ',
  );

/** Where a runtime's own root is in an instance, if it has one. */
export function rootPlace(runtime: RuntimeName): string {
  return `/opt/${runtime}`;
}

/** A Python for guests: in the guest's own root (`root` is undefined), in one of its own, or not to be had here. */
export type GuestPython =
  | { readonly there: true; readonly root: GuestRoot | undefined }
  | { readonly there: false; readonly why: string };

/**
 * Finds, or builds from the packages of the release of Debian that has it, the files of a Python's runtime below `cacheDir`: half a minute the
 * first time. What cannot be had is told, and is no reason to do without the others.
 */
export async function ensurePython(
  cacheDir: string,
  runtime: PythonRuntimeName,
  guest: GuestRoot,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestPython> {
  if (await hasPython(guest.dir, runtime)) return { there: true, root: undefined };
  const suite = suites[runtime];
  const { id, release } = await thisDistribution();
  try {
    const sources = await suiteSources(suite);
    const hash = keyOf({ recipe, runtime, suite, packages, id, release });
    const dir = await once(
      join(cacheDir, 'python'),
      `${runtime}-${hash}`,
      async (build) => {
        await unpackRoot(runtime, packages, build, sources);
        if (!(await hasPython(build.folder, runtime))) throw new Error(`${suite} of this mirror has no ${runtime}`);
        await finishRoot(build.folder, build.signal);
      },
      report,
      signal,
    );
    return { there: true, root: { dir, hash } };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const why = `it comes from Debian's ${suite}, which could not be had from the package sources of this machine (${id} ${release}): ${reason}`;
    report(`${runtime} cannot be used: ${why}`);
    return { there: false, why };
  }
}

/** One that was built before, without building it. */
export async function cachedPython(cacheDir: string, runtime: PythonRuntimeName): Promise<string | undefined> {
  const { id, release } = await thisDistribution();
  const dir = join(
    cacheDir,
    'python',
    `${runtime}-${keyOf({ recipe, runtime, suite: suites[runtime], packages, id, release })}`,
  );
  return (await hasPython(dir, runtime)) ? dir : undefined;
}

/** Whether a root, or this machine (`/`), has this Python. */
export function hasPython(root: string, runtime: PythonRuntimeName): Promise<boolean> {
  return access(join(root, 'usr/bin', runtime), constants.X_OK).then(
    () => true,
    () => false,
  );
}

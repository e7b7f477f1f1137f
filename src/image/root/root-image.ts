import { join } from 'node:path';
import { keyOf, once } from '../cache.ts';
import type { GuestRoot } from './root.ts';
import { runTool } from '../tool.ts';

/** Raised with the options below. */
const recipe = 1;

/** A file system image, to be a virtual machine's disk, read-only. */
export interface RootImage {
  readonly path: string;
  /** Names its content. */
  readonly hash: string;
}

/**
 * The guest's root file system as a SquashFS image in which everything belongs to root, whoever built it. Not compressed:
 * guests read it before they are saved as a template, and unpacking would be emulated.
 */
export async function ensureRootImage(
  cacheDir: string,
  root: GuestRoot,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<RootImage> {
  const hash = keyOf({ recipe, root: root.hash });
  const pack = ['-all-root', '-noI', '-noD', '-noF', '-noX', '-no-xattrs', '-all-time', '0', '-mkfs-time', '0'];
  const dir = await once(
    join(cacheDir, 'root-image'),
    hash,
    async (build) => {
      build.report('Guest root: packing the disk image.');
      const image = join(build.folder, 'root.squashfs');
      await runTool('mksquashfs', [root.dir, image, ...pack, '-no-progress', '-quiet'], { signal: build.signal });
    },
    report,
    signal,
  );
  return { path: join(dir, 'root.squashfs'), hash };
}

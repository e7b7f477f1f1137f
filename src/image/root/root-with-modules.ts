import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeModules } from '../../model/runtimes/runtime-modules.ts';
import type { RuntimeModules } from '../node/aws-sdk.ts';
import { keyOf, once } from '../cache.ts';
import type { GuestPythons } from '../python/guest-pythons.ts';
import { placedRoots } from '../python/placed-roots.ts';
import type { GuestRoot } from './root.ts';
import { runTool } from '../tool.ts';

/**
 * The guest's root with the packages that the runtimes bring along in it, where AWS has them, and the roots of those that have their own: made of
 * links, so that it costs no space. A part of the root costs an instance nothing at its boot, as a mount of its own would. Without any: the root as it is.
 */
export async function ensureRootWithModules(
  cacheDir: string,
  root: GuestRoot,
  modules: RuntimeModules | undefined,
  pythons: Pick<GuestPythons, 'roots'>,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestRoot> {
  const placed = [
    ...(modules === undefined ? [] : [{ dir: modules.dir, hash: modules.hash, place: runtimeModules }]),
    ...placedRoots(pythons),
  ];
  if (placed.length === 0) return root;
  const hash = keyOf({ root: root.hash, placed: placed.map(({ hash: content, place }) => [content, place]) });
  const dir = await once(
    join(cacheDir, 'root-with-modules'),
    hash,
    async (build) => {
      build.report('Guest root: adding what the runtimes bring along.');
      await runTool('cp', ['-al', `${root.dir}/.`, build.folder], { signal: build.signal });
      for (const { dir: from, place } of placed) {
        const target = join(build.folder, place);
        await mkdir(target, { recursive: true, mode: 0o755 });
        await runTool('cp', ['-al', `${from}/.`, target], { signal: build.signal });
      }
    },
    report,
    signal,
  );
  return { dir, hash };
}

import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { keyOf, once, type Build } from '../../src/image/cache.ts';
import { downloadPackages, thisDistribution } from '../../src/image/debian.ts';
import { suiteSources } from '../../src/image/package-sources.ts';
import { runTool } from '../../src/image/tool.ts';
import { testCache } from '../../src/instance/testing/places.ts';

const getMsMax = 300_000;

/**
 * Programs of a package, unpacked into the cache and not installed, so that no service of it is started: the folder that they lie in, by their names. `suite`: of another
 * release of Debian than this machine's. Throws where it cannot be had here.
 */
export async function unpacked(packageName: string, programs: readonly string[], suite?: string): Promise<string> {
  const unpack = async ({ folder, signal }: Build): Promise<void> => {
    const sources = suite === undefined ? undefined : await suiteSources(suite);
    const files = await downloadPackages([packageName], join(folder, '.apt'), signal, sources);
    const found = files.find((path) => basename(path).startsWith(`${packageName}_`));
    if (found === undefined) throw new Error(`This mirror has no ${packageName}.`);
    await runTool('dpkg-deb', ['-x', found, join(folder, '.unpacked')], { signal });
    for (const program of programs) await rename(join(folder, '.unpacked', program), join(folder, basename(program)));
    for (const rest of ['.apt', '.unpacked']) await rm(join(folder, rest), { recursive: true, force: true });
    await chmod(folder, 0o755); // was mkdtemp's 0700
  };
  const key = keyOf({ recipe: 2, programs, suite, distribution: await thisDistribution() });
  const signal = AbortSignal.timeout(getMsMax);
  return await once(join(testCache(), 'test-tools'), `${packageName}-${key}`, unpack, () => undefined, signal);
}

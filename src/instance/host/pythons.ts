import type { GuestPythons } from '../../image/python/guest-pythons.ts';
import { pythonOfRoot, type RunnablePython } from '../../image/python/python-compile.ts';
import { cachedPython, hasPython } from '../../image/python/python-root.ts';
import type { GuestRoot } from '../../image/root/root.ts';
import { pythonRuntimes, type PythonRuntimeName } from '../../model/runtimes/configuration.ts';

/**
 * The Pythons of an instance without an image: this machine's own, and those that other drivers have unpacked into the cache. Downloads nothing: who asks
 * for this driver wants it at once.
 */
export async function hostPythons(cacheDir: string): Promise<GuestPythons> {
  const roots: Partial<Record<PythonRuntimeName, GuestRoot>> = {};
  const missing: Partial<Record<PythonRuntimeName, string>> = {};
  const runnable: RunnablePython[] = [];
  for (const runtime of pythonRuntimes) {
    if (await hasPython('/', runtime)) {
      runnable.push({ command: [`/usr/bin/${runtime}`], env: {}, id: runtime });
      continue;
    }
    const dir = await cachedPython(cacheDir, runtime);
    if (dir === undefined) {
      missing[runtime] =
        `this machine has no /usr/bin/${runtime}, which the host driver uses: \`apt install ${runtime}\`, where its packages have it, ` +
        'or another driver, which brings its own';
      continue;
    }
    roots[runtime] = { dir, hash: runtime };
    runnable.push(pythonOfRoot(dir, runtime));
  }
  return { roots, missing, runnable };
}

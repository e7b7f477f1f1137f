import { utimesSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';

/** A lock that was not touched for so long belongs to a process that died. Its holder touches it every third of that. */
export const lockStaleMs = 15_000;

const hourMs = 3_600_000;
/** What a newer one of the same kind has replaced is kept so long after its last use: somebody may go back a version. */
const replacedMs = 24 * hourMs;
/** Anything else, such as the template of a configuration that was asked for once. */
const otherMs = 7 * 24 * hourMs;
/** How often a living process says again what it uses. The slack is for machines that slept. */
const touchMs = hourMs / 6;

/** What this process uses, until it ends: the one who removes is another process, and sees only the files. */
const usedHere = new Set<string>();
let touching: NodeJS.Timeout | undefined;

function touch(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch (error) {
    // Somebody else's cache cannot be touched, nor pruned, but may be used.
    return error instanceof Error && 'code' in error && error.code !== 'ENOENT';
  }
}

/**
 * Says that this process uses a file or folder of the cache from now on, by its time of modification; false where it is
 * not there. Nobody then removes it while this process lives.
 */
export function markUsed(path: string): boolean {
  if (!touch(path)) return false;
  usedHere.add(path);
  touching ??= setInterval(() => usedHere.forEach(touch), touchMs).unref();
  return true;
}

/**
 * Removes what lies beside `path` and was not used for long: a day where `path` replaces it, which is where their names
 * are the same up to the last hyphen, else a week. Half-built leftovers of builders that died go, too. What cannot be
 * removed stays: a full cache is no reason to fail.
 */
export async function removeUnused(path: string): Promise<void> {
  const dir = dirname(path);
  for (const name of await readdir(dir)) {
    const maxMs = lineOf(name) === lineOf(basename(path)) ? replacedMs : otherMs;
    const sibling = join(dir, name);
    if (sibling === path || name.endsWith('.lock') || !(await isUnused(sibling, maxMs))) continue;
    await remove(sibling, maxMs).catch(() => undefined);
  }
}

function lineOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('-')));
}

async function isUnused(path: string, maxMs: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > maxMs;
}

/** Under the lock that builders take, so that nobody builds it meanwhile. Throws where somebody has it. */
async function remove(path: string, maxMs: number): Promise<void> {
  // Losing the lock is nothing to die of, as it would be by default.
  const options = { realpath: false, stale: lockStaleMs, onCompromised: () => undefined };
  const release = await lockfile.lock(path, options);
  try {
    // Who marks it as used before it is moved is seen here; who does so afterwards finds that it is gone, and builds it.
    const moved = `${path}.partial-unused`;
    await rename(path, moved);
    if (await isUnused(moved, maxMs)) await rm(moved, { recursive: true });
    else await rename(moved, path);
  } finally {
    await release();
  }
}

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { lockStaleMs, markUsed, removeUnused } from './unused.ts';

/** How often somebody who waits for another's build looks again. */
const lockPollMs = 250;

/** What a build is told: where to put things, where to say what it does, and when to stop. */
export interface Build {
  /** An empty folder of its own. It becomes the result when the build returns, and vanishes when it throws. */
  readonly folder: string;
  /** One short line for a person; `share`: how much of that is done, from 0 to 1. The same line may come again and again with more of it. */
  readonly report: (line: string, share?: number) => void;
  readonly signal: AbortSignal;
}

/**
 * The folder `dir/key`, built by `build` if it is not there. Of several processes that ask at the same time one builds
 * and the others wait; if that one dies, another takes over within 15 s and starts afresh. A folder that has its final
 * name is complete, because it gets the name last. It stays as long as this process lives; whoever builds another in `dir`
 * removes what was not used for long. Throws what `build` throws, and AbortError when `signal` fires.
 */
export async function once(
  dir: string,
  key: string,
  build: (build: Build) => Promise<void>,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const result = join(dir, key);
  if (markUsed(result)) return result;
  await mkdir(dir, { recursive: true });
  const lost = new AbortController();
  const release = await lock(result, report, signal, () => lost.abort(lockLost(result)));
  try {
    if (markUsed(result)) return result;
    await buildInto(result, build, report, AbortSignal.any([signal, lost.signal]));
    markUsed(result);
  } finally {
    // Once lost, it is somebody else's to release.
    if (!lost.signal.aborted) await release();
  }
  await removeUnused(result);
  return result;
}

/** A key from everything that decides what is built: 16 hex digits of the SHA-256 of its JSON. */
export function keyOf(inputs: unknown): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

async function buildInto(
  result: string,
  build: (build: Build) => Promise<void>,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await removePartial(result);
  const folder = await mkdtemp(`${result}.partial-`);
  try {
    await build({ folder, report, signal });
    signal.throwIfAborted();
    await rename(folder, result);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What a builder that died left behind. */
async function removePartial(result: string): Promise<void> {
  const dir = join(result, '..');
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    if (path.startsWith(`${result}.partial-`)) await rm(path, { recursive: true, force: true });
  }
}

async function lock(
  path: string,
  report: (line: string) => void,
  signal: AbortSignal,
  onCompromised: () => void,
): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await lockfile.lock(path, { realpath: false, stale: lockStaleMs, update: lockStaleMs / 3, onCompromised });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      if (tries === 0) report(`Another process is building ${path}; waiting for it.`);
      await wait(lockPollMs, undefined, { signal });
    }
  }
}

function lockLost(path: string): Error {
  return new Error(
    `Building ${path} was given up: this process was stopped for more than ${lockStaleMs / 1_000} s, ` +
      'and another may have begun to build it. Start again; what is built by then is used.',
  );
}

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { oldestRelease, releaseOf, versionOf, type Runsc } from './version.ts';

/**
 * The runscs that somebody put here, the one to try first before the others: what `HEDDLE_RUNSC` names, of whatever release; then
 * those on the path that are new enough, the newest first.
 */
export async function installedRunscs(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Runsc[]> {
  const named = environment['HEDDLE_RUNSC'] ?? '';
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = (await Promise.all(folders.map((folder) => runscAt(join(folder, 'runsc'), signal)))).flat();
  const newEnough = onPath.filter(({ version }) => (releaseOf(version) ?? 0) >= oldestRelease);
  const newestFirst = newEnough.toSorted((a, b) => (releaseOf(b.version) ?? 0) - (releaseOf(a.version) ?? 0));
  return [...(named === '' ? [] : await runscAt(named, signal)), ...newestFirst];
}

async function runscAt(path: string, signal: AbortSignal): Promise<Runsc[]> {
  try {
    await access(path, constants.X_OK);
    return [{ path, version: await versionOf(path, signal) }];
  } catch {
    signal.throwIfAborted();
    return []; // not there, or none that runs here
  }
}

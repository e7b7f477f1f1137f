import { servingVersion } from '../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { ConfigurationSnapshot } from '../../model/snapshot.ts';
import type { FunctionStore } from '../../store/contract.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';

/** What the first calls of an account's functions would find, by runtime and memory: the newest runtime first, then the smallest. */
export async function configurationsOf(
  account: string,
  functions: Pick<FunctionStore, 'list'>,
  workerManager: Pick<WorkerManager, 'readiness'>,
): Promise<ConfigurationSnapshot[]> {
  const records = await functions.list(account, '', Number.MAX_SAFE_INTEGER);
  const groups = Map.groupBy(records.map(servingVersion), ({ runtime, memoryMb }) => `${runtime}-${memoryMb}`);
  return [...groups.values()]
    .map((versions) => configurationOf(versions, workerManager))
    .toSorted((a, b) => b.runtime.localeCompare(a.runtime) || a.memoryMb - b.memoryMb);
}

function configurationOf(
  versions: readonly FunctionVersion[],
  workerManager: Pick<WorkerManager, 'readiness'>,
): ConfigurationSnapshot {
  const newest = versions.reduce((one, other) => (other.modifiedAt > one.modifiedAt ? other : one));
  const { blanks, making, ...readiness } = workerManager.readiness(newest);
  return {
    runtime: newest.runtime,
    memoryMb: newest.memoryMb,
    ...(readiness.ready ? { path: readiness.path } : { why: readiness.why }),
    ready: blanks,
    making,
    because: versions.map(({ name }) => name),
  };
}

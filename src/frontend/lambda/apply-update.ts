import { randomUUID } from 'node:crypto';
import type { FunctionRef, Scope } from '../../api/function-ref.ts';
import type { FunctionRecord } from '../../model/function-record.ts';
import type { FunctionVersion } from '../../model/function.ts';
import type { LambdaContext } from './context.ts';
import { notFound } from './find-function.ts';
import { updatedRecord } from './record-changes.ts';

/** What an update may change. */
export type VersionChange = Partial<Omit<FunctionVersion, 'account' | 'name' | 'arn' | 'version' | 'revisionId'>>;

/**
 * Makes a new version of a function, and retires the containers of the old one: at once where the new one can run, else
 * when what it needs is there. Throws for a missing function, another revision, and an update under way.
 */
export async function applyUpdate(
  { store, clock, preparation, workerManager }: LambdaContext,
  scope: Scope,
  ref: FunctionRef,
  change: VersionChange,
  ifRevisionId: string | undefined,
): Promise<FunctionRecord> {
  const news = { ...change, revisionId: randomUUID(), modifiedAt: clock.wall() };
  const update = (current: FunctionRecord): FunctionRecord => {
    const latest = { ...current.latest, ...news };
    return updatedRecord(current, latest, preparation.isPrepared(latest));
  };
  const record = await store.functions.update(scope.account, ref.name, update, ifRevisionId);
  if (record === undefined) throw notFound(ref);
  if (record.update.status === 'InProgress' || record.state.status === 'Pending') preparation.begin(record.latest);
  else workerManager.retire(scope.account, ref.name, record.latest.revisionId);
  return record;
}

import { randomUUID } from 'node:crypto';
import type { FunctionRef, Scope } from '../../../api/function-ref.ts';
import type { FunctionRecord } from '../../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import type { LambdaContext } from '../context.ts';
import { notFound } from '../find-function.ts';
import { checkFits, checkRuns } from './check-fits.ts';
import { updatedRecord } from './record-changes.ts';

/** What an update may change. */
export type VersionChange = Partial<Omit<FunctionVersion, 'account' | 'name' | 'arn' | 'version' | 'revisionId'>>;

/**
 * Makes a new version of a function, and retires the containers of the old one: at once where the new one can run, else
 * when what it needs is there. Throws for a missing function, another revision, an update
 * under way, and more memory than the service has.
 */
export async function applyUpdate(
  context: LambdaContext,
  scope: Scope,
  ref: FunctionRef,
  change: VersionChange,
  ifRevisionId: string | undefined,
): Promise<FunctionRecord> {
  const { store, clock, preparation, workerManager } = context;
  const news = { ...change, revisionId: randomUUID(), modifiedAt: clock.wall() };
  const update = (current: FunctionRecord): FunctionRecord => {
    const latest = { ...current.latest, ...news };
    // Only what the change is about: code can be mended in a service that was started with less memory than before.
    const { memoryMb, runtime, storageMb } = change;
    if ((memoryMb ?? runtime ?? storageMb) !== undefined) checkFits(latest, context);
    if (runtime !== undefined) checkRuns(latest, context.whyMissing);
    return updatedRecord(current, latest, preparation.preparedAs(latest));
  };
  const record = await store.functions.update(scope.account, ref.name, update, ifRevisionId);
  if (record === undefined) throw notFound(ref);
  preparation.begin(record);
  if (record.update.status !== 'InProgress' && record.state.status !== 'Pending')
    workerManager.retire(scope.account, ref.name, record.latest.revisionId);
  return record;
}

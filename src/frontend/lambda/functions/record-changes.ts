import { ApiError } from '../../../api/errors.ts';
import { servingVersion } from '../../../model/function-record.ts';
import type { FunctionRecord } from '../../../model/function-record.ts';
import type { FunctionVersion } from '../../../model/function.ts';

const creating = 'The function is being created.';
const updating = 'The function is being updated.';

/** A new function. `prepared`: what it needs to run is there already. */
export function createdRecord(
  latest: FunctionVersion,
  tags: Readonly<Record<string, string>>,
  prepared: boolean,
): FunctionRecord {
  return {
    latest,
    createdAt: latest.modifiedAt,
    state: prepared ? { status: 'Active' } : { status: 'Pending', reason: creating },
    update: { status: 'Successful' },
    tags,
  };
}

/**
 * A function after a change of code or configuration. Until what the new version needs is there, the old one goes on
 * serving. Throws ResourceConflictException while an earlier change is still under way.
 */
export function updatedRecord(current: FunctionRecord, latest: FunctionVersion, prepared: boolean): FunctionRecord {
  checkSettled(current);
  if (prepared) return { ...current, latest, state: { status: 'Active' }, update: { status: 'Successful' } };
  if (current.state.status !== 'Active')
    return { ...current, latest, state: { status: 'Pending', reason: creating }, update: { status: 'Successful' } };
  return { ...current, latest, update: { status: 'InProgress', reason: updating, serving: servingVersion(current) } };
}

/** A function once preparing its newest version has ended; `failure` says why it failed, if it did. */
export function settledRecord(current: FunctionRecord, failure: string | undefined): FunctionRecord {
  const { state, update } = current;
  if (state.status === 'Pending')
    return { ...current, state: failure === undefined ? { status: 'Active' } : { status: 'Failed', reason: failure } };
  if (update.status !== 'InProgress') return current;
  return {
    ...current,
    update: failure === undefined ? { status: 'Successful' } : { ...update, status: 'Failed', reason: failure },
  };
}

/** A function whose newest version could not be prepared, to be prepared again; any other as it is. */
export function retriedRecord(current: FunctionRecord): FunctionRecord {
  const { state, update } = current;
  if (state.status === 'Failed') return { ...current, state: { status: 'Pending', reason: creating } };
  if (update.status === 'Failed') return { ...current, update: { ...update, status: 'InProgress', reason: updating } };
  return current;
}

function checkSettled({ state, update, latest }: FunctionRecord): void {
  const refuse = (what: string): never => {
    throw new ApiError('ResourceConflictException', `The operation cannot be performed at this time. ${what}`);
  };
  if (state.status === 'Pending') refuse('The function is currently in the following state: Pending');
  if (update.status === 'InProgress') refuse(`An update is in progress for resource: ${latest.arn}`);
}

import { ApiError } from '../../../api/errors.ts';
import { servingVersion } from '../../../model/functions/function-record.ts';
import type { FunctionRecord, FunctionState } from '../../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';

const creating = 'The function is being created.';
// AWS says the same of an update.
const updating = creating;

/** A new function. `preparedAs`: what it needs to run is there already, and as which revision clients find it when they ask. */
export function createdRecord(
  latest: FunctionVersion,
  tags: Readonly<Record<string, string>>,
  preparedAs: string | undefined,
): FunctionRecord {
  const common = { latest, createdAt: latest.modifiedAt, update: { status: 'Successful' }, tags } as const;
  if (preparedAs === undefined) return { ...common, state: { status: 'Pending', reason: creating } };
  return { ...common, state: { status: 'Active' }, shownRevisionId: preparedAs };
}

/**
 * A function after a change of code or configuration. Until what the new version needs is there, the old one goes on
 * serving. `preparedAs` as for a new one. Throws ResourceConflictException while an earlier change is still under way.
 */
export function updatedRecord(
  before: FunctionRecord,
  latest: FunctionVersion,
  preparedAs: string | undefined,
): FunctionRecord {
  checkSettled(before);
  const { shownRevisionId: _, ...current } = before;
  const ready = { state: { status: 'Active' }, update: { status: 'Successful' } } as const;
  if (preparedAs !== undefined) return { ...current, latest, ...ready, shownRevisionId: preparedAs };
  if (current.state.status !== 'Active')
    return { ...current, latest, state: { status: 'Pending', reason: creating }, update: { status: 'Successful' } };
  return { ...current, latest, update: { status: 'InProgress', reason: updating, serving: servingVersion(current) } };
}

/**
 * A function once preparing its newest version has ended; `failure` says why it failed, if it did. To clients that is another revision,
 * `shownRevisionId`, as on AWS: whoever goes on from what a change was answered with has not seen what came of it.
 */
export function settledRecord(
  current: FunctionRecord,
  failure: string | undefined,
  shownRevisionId: string,
): FunctionRecord {
  const { state, update } = current;
  if (state.status === 'Pending')
    return {
      ...current,
      state: failure === undefined ? { status: 'Active' } : { status: 'Failed', reason: failure },
      shownRevisionId,
    };
  if (update.status !== 'InProgress') return current;
  return {
    ...current,
    shownRevisionId,
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

/** What the state is of a version that is published of this now. */
export function publishedState({ state, update }: FunctionRecord): FunctionState {
  if (state.status !== 'Active' || update.status === 'Successful') return state;
  if (update.status === 'InProgress') return { status: 'Pending', reason: creating };
  return { status: 'Failed', reason: update.reason };
}

/** Throws ResourceConflictException while a change is under way. */
export function checkSettled({ state, update, latest }: FunctionRecord): void {
  const refuse = (what: string): never => {
    throw new ApiError('ResourceConflictException', `The operation cannot be performed at this time. ${what}`);
  };
  if (state.status === 'Pending') refuse('The function is currently in the following state: Pending');
  if (update.status === 'InProgress') refuse(`An update is in progress for resource: ${latest.arn}`);
}

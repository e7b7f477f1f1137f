import type { OperationUpdate } from '../../../api/executions/update.ts';
import type { Operation } from '../../../model/executions/operation.ts';
import { limits } from '../../../model/limits.ts';
import { beginChained, type ChainedTarget } from './chained.ts';
import { close } from './close.ts';
import type { Draft } from './execution-state.ts';
import { invalid } from './refusals.ts';
import { beginCallback, beginWait, cancelWait, updateContext, updateStep } from './updates.ts';

/** What the functions that a checkpoint's updates name are, by those names. */
export type ChainedTargets = ReadonlyMap<string, ChainedTarget>;

/** Applies the updates of a checkpoint, all or, where it throws, none. The rules and their words are AWS's. */
export function checkpoint(draft: Draft, updates: readonly OperationUpdate[], targets: ChainedTargets): void {
  if (updates.length > limits.checkpointUpdatesMax)
    throw invalid(`A checkpoint has at most ${limits.checkpointUpdatesMax} updates; this one has ${updates.length}.`);
  checkTogether(updates);
  for (const update of updates) {
    if (update.type === 'EXECUTION') updateExecution(draft, update);
    else updateOperation(draft, update, targets);
  }
  const { operations, bytes } = draft.execution;
  if (operations > limits.executionOperationsMax)
    throw invalid(`An execution has at most ${limits.executionOperationsMax} operations.`);
  if (bytes > limits.executionBytesMax)
    throw invalid(
      `What an execution keeps must be at most ${limits.executionBytesMax} bytes; this would make it ${bytes}.`,
    );
}

function checkTogether(updates: readonly OperationUpdate[]): void {
  const ofExecution = updates.filter(({ type }) => type === 'EXECUTION').length;
  if (ofExecution > 1) throw invalid('Cannot checkpoint multiple EXECUTION updates.');
  if (ofExecution === 1 && updates.at(-1)?.type !== 'EXECUTION')
    throw invalid('EXECUTION checkpoint must be the last update.');
  const seen = new Map<string, OperationUpdate>();
  for (const update of updates) {
    const before = seen.get(update.id);
    seen.set(update.id, update);
    if (before !== undefined && !mayFollow(before, update))
      throw invalid('Cannot update the same operation twice in a single request.');
  }
}

/** A step or a context may begin and end in one checkpoint. */
function mayFollow(before: OperationUpdate, { type, action }: OperationUpdate): boolean {
  return (
    before.action === 'START' && action !== 'START' && before.type === type && (type === 'STEP' || type === 'CONTEXT')
  );
}

function updateExecution(draft: Draft, update: OperationUpdate): void {
  const { action, payload, error } = update;
  checkOutcome(update);
  if (action !== 'SUCCEED' && action !== 'FAIL') throw invalid('Invalid EXECUTION action.');
  checkResult(draft, payload);
  close(draft, action === 'SUCCEED' ? { status: 'SUCCEEDED', result: payload } : { status: 'FAILED', error });
}

/** Throws where a result is larger than those of the execution may be. */
export function checkResult(draft: Draft, result: string | undefined): void {
  const { resultBytesMax } = draft.execution;
  if (Buffer.byteLength(result ?? '') > resultBytesMax)
    throw invalid(`Execution output payload size must be less than or equal to ${resultBytesMax} bytes.`);
}

function updateOperation(draft: Draft, update: OperationUpdate, targets: ChainedTargets): void {
  const there = draft.operation(update.id);
  if (update.id === draft.execution.uuid) throw invalid('Invalid operation id.');
  if (there !== undefined) checkSame(there, update);
  if (update.parentId !== undefined && draft.operation(update.parentId)?.type !== 'CONTEXT')
    throw invalid('Invalid parent operation id.');
  checkSizes(update);
  checkOutcome(update);
  switch (update.type) {
    case 'CONTEXT':
      return updateContext(draft, update, there);
    case 'STEP':
      return updateStep(draft, update, there);
    case 'WAIT':
      return update.action === 'CANCEL' ? cancelWait(draft, there) : beginWait(draft, update, there);
    case 'CALLBACK':
      return beginCallback(draft, update, there);
    case 'CHAINED_INVOKE':
      return beginChained(draft, update, there, targets.get(update.functionName ?? ''));
    case 'EXECUTION':
      return undefined;
  }
}

function checkSame(there: Operation, { type, subType, name, parentId }: OperationUpdate): void {
  if (there.type !== type) throw invalid('Inconsistent operation type.');
  if (subType !== undefined && there.subType !== subType) throw invalid('Inconsistent operation subtype.');
  if (name !== undefined && there.name !== name) throw invalid('Inconsistent operation name.');
  if (there.parentId !== parentId) throw invalid('Inconsistent parent operation id.');
}

function checkOutcome({ action, payload, error }: OperationUpdate): void {
  if (action === 'SUCCEED' && error !== undefined) throw invalid('Cannot provide an Error for SUCCEED action.');
  if (action === 'FAIL' && payload !== undefined) throw invalid('Cannot provide a Payload for FAIL action.');
  if (error !== undefined && Buffer.byteLength(JSON.stringify(error)) >= limits.operationErrorBytesMax)
    throw invalid(`Error object size must be less than ${limits.operationErrorBytesMax} bytes.`);
}

function checkSizes({ type, payload = '' }: OperationUpdate): void {
  const bytesMax = type === 'CHAINED_INVOKE' ? limits.chainedBytesMax : limits.operationBytesMax;
  if (Buffer.byteLength(payload) > bytesMax) {
    const what = type === 'CHAINED_INVOKE' ? 'CHAINED_INVOKE input payload' : `${type} payload`;
    throw invalid(`${what} size must be less than or equal to ${bytesMax} bytes.`);
  }
}

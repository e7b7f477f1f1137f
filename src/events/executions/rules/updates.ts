import type { OperationUpdate } from '../../../api/executions/update.ts';
import type { Operation } from '../../../model/executions/operation.ts';
import { errorDetails } from './close.ts';
import type { Draft } from './execution-state.ts';
import { invalid } from './refusals.ts';

type There = Operation | undefined;
const badAction = 'Invalid action for the given operation type.';

/** The part of an operation that its first update says. */
export function begun({
  id,
  parentId,
  name,
  type,
  subType,
}: OperationUpdate): Omit<Operation, 'place' | 'change' | 'startedAt'> {
  return {
    id,
    ...(parentId !== undefined && { parentId }),
    ...(name !== undefined && { name }),
    type,
    ...(subType !== undefined && { subType }),
    status: 'STARTED',
  };
}

export function updateContext(draft: Draft, update: OperationUpdate, there: There): void {
  const { id: operationId, action, payload, error, replayChildren } = update;
  if (action === 'START') {
    if (there !== undefined) throw invalid('Cannot start a CONTEXT that already exists.');
    draft.begin(begun(update));
    return draft.event({ type: 'ContextStarted', operationId, details: {} });
  }
  if (action !== 'SUCCEED' && action !== 'FAIL') throw invalid(badAction);
  if (there?.status !== 'STARTED') throw invalid('Invalid current CONTEXT state to close.');
  const ended = { ...there, endedAt: draft.now, ...(replayChildren === true && { replayChildren }) };
  if (action === 'SUCCEED') {
    draft.put({ ...ended, status: 'SUCCEEDED' }, payload === undefined ? {} : { result: payload });
    return draft.event({
      type: 'ContextSucceeded',
      operationId,
      details: {},
      payload: { as: 'Result', at: 'operation' },
    });
  }
  draft.put({ ...ended, status: 'FAILED' }, error === undefined ? {} : { error });
  draft.event({ type: 'ContextFailed', operationId, details: { Error: errorDetails(error) } });
}

export function updateStep(draft: Draft, update: OperationUpdate, there: There): void {
  const { id: operationId, action, nextAttemptSeconds } = update;
  if ((action === 'RETRY') !== (nextAttemptSeconds !== undefined))
    throw invalid('Invalid StepOptions for the given action.');
  if (action === 'START') {
    if (there === undefined) draft.begin(begun(update));
    else if (there.status === 'READY') draft.put({ ...there, status: 'STARTED' });
    else throw invalid('Invalid current STEP state to start.');
    return draft.event({ type: 'StepStarted', operationId, details: {} });
  }
  if (action === 'CANCEL') throw invalid(badAction);
  if (there !== undefined && there.status !== 'STARTED' && there.status !== 'READY')
    throw invalid(`Invalid current STEP state to ${action === 'RETRY' ? 're-attempt' : 'close'}.`);
  // Its start may be left out.
  endAttempt(draft, update, there ?? draft.begin(begun(update)));
}

function endAttempt(
  draft: Draft,
  { id: operationId, action, payload, error, nextAttemptSeconds = 0 }: OperationUpdate,
  step: Operation,
): void {
  if (payload !== undefined && error !== undefined)
    throw invalid('Cannot provide both error and payload to RETRY a STEP.');
  const attempt = (step.attempt ?? 0) + 1;
  const retries = action === 'RETRY';
  const status = retries ? 'PENDING' : action === 'SUCCEED' ? 'SUCCEEDED' : 'FAILED';
  const { now } = draft;
  const when = retries ? { dueAt: now + nextAttemptSeconds * 1_000, waitsSince: now } : { endedAt: now };
  const outcome = { ...(payload !== undefined && { result: payload }), ...(error !== undefined && { error }) };
  draft.put({ ...step, status, attempt, ...when }, outcome);
  const RetryDetails = { CurrentAttempt: attempt, ...(retries && { NextAttemptDelaySeconds: nextAttemptSeconds }) };
  const failed = action === 'FAIL' || error !== undefined;
  draft.event({
    type: failed ? 'StepFailed' : 'StepSucceeded',
    operationId,
    details: { RetryDetails, ...(failed && { Error: errorDetails(error) }) },
    // What an attempt gave to the next is lost where the operation has its result from that.
    ...(!failed && { payload: retries ? { as: 'Result', text: payload } : { as: 'Result', at: 'operation' } }),
  });
}

export function beginWait(draft: Draft, update: OperationUpdate, there: There): void {
  const { id: operationId, action, waitSeconds } = update;
  if (action !== 'START') throw invalid(badAction);
  if (there !== undefined) throw invalid('Cannot start a WAIT that already exists.');
  if (waitSeconds === undefined) throw invalid('Update for WAIT operation requires WaitOptions.');
  const dueAt = draft.now + waitSeconds * 1_000;
  draft.begin({ ...begun(update), dueAt });
  const details = { Duration: waitSeconds, ScheduledEndTimestamp: dueAt / 1_000 };
  draft.event({ type: 'WaitStarted', operationId, details });
}

export function cancelWait(draft: Draft, there: There): void {
  if (there?.status !== 'STARTED') throw invalid('Cannot cancel a WAIT that does not exist or has already completed.');
  draft.put({ ...there, status: 'CANCELLED', endedAt: draft.now });
  draft.event({ type: 'WaitCancelled', operationId: there.id, details: {} });
}

export function beginCallback(draft: Draft, update: OperationUpdate, there: There): void {
  const { id: operationId, action, timeoutSeconds = 0, heartbeatSeconds = 0 } = update;
  if (action !== 'START') throw invalid(badAction);
  if (there !== undefined) throw invalid('Cannot start a CALLBACK that already exists.');
  const callbackId = callbackIdOf({ uuid: draft.execution.uuid, operationId, secret: draft.newId() });
  draft.begin({
    ...begun(update),
    callbackId,
    ...(timeoutSeconds > 0 && { dueAt: draft.now + timeoutSeconds * 1_000 }),
    ...(heartbeatSeconds > 0 && { heartbeatSeconds, heartbeatAt: draft.now + heartbeatSeconds * 1_000 }),
  });
  const details = {
    CallbackId: callbackId,
    ...(timeoutSeconds > 0 && { Timeout: timeoutSeconds }),
    ...(heartbeatSeconds > 0 && { HeartbeatTimeout: heartbeatSeconds }),
  };
  draft.event({ type: 'CallbackStarted', operationId, details });
}

/** What a callback is completed by: where it is, and what nobody can guess. Base64, as AWS's model wants it. */
function callbackIdOf(parts: { readonly uuid: string; readonly operationId: string; readonly secret: string }): string {
  return Buffer.from(`${parts.uuid}\n${parts.operationId}\n${parts.secret}`).toString('base64');
}

/** Where the callback is that an id names; undefined for what is none. */
export function callbackPlace(callbackId: string): { readonly uuid: string; readonly operationId: string } | undefined {
  const [uuid, operationId, secret, ...more] = Buffer.from(callbackId, 'base64').toString().split('\n');
  if (uuid === undefined || operationId === undefined || secret === undefined || more.length > 0) return undefined;
  return { uuid, operationId };
}

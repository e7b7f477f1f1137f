import type { ErrorObject } from '../../../model/executions/operation.ts';
import { errorDetails } from './close.ts';
import { elapse, rouse } from './elapse.ts';
import type { Draft } from './execution-state.ts';
import { callbackClosed } from './refusals.ts';

/** What somebody outside has to say to a callback. */
export type CallbackWord =
  | { readonly kind: 'succeed'; readonly result: string | undefined }
  | { readonly kind: 'fail'; readonly error: ErrorObject }
  | { readonly kind: 'heartbeat' };

/** Takes word for a callback. Throws CallbackTimeoutException where it is over, or its id is not this one. */
export function takeWord(draft: Draft, operationId: string, callbackId: string, word: CallbackWord): void {
  // What was too late before is too late now, whether or not somebody has looked.
  elapse(draft);
  const callback = draft.operation(operationId);
  const waits = callback?.type === 'CALLBACK' && callback.status === 'STARTED' && callback.callbackId === callbackId;
  if (draft.execution.status !== 'RUNNING' || !waits) throw callbackClosed();
  if (word.kind === 'heartbeat') {
    if (callback.heartbeatSeconds === undefined) return;
    // No change that the function has to be told.
    const heartbeatAt = draft.now + callback.heartbeatSeconds * 1_000;
    return draft.quietly({ ...callback, heartbeatAt });
  }
  const { heartbeatAt: _heartbeatAt, ...ended } = { ...callback, endedAt: draft.now };
  if (word.kind === 'succeed') {
    draft.put({ ...ended, status: 'SUCCEEDED' }, word.result === undefined ? {} : { result: word.result });
    draft.event({ type: 'CallbackSucceeded', operationId, details: {}, payload: { as: 'Result', at: 'operation' } });
  } else {
    draft.put({ ...ended, status: 'FAILED' }, { error: word.error });
    draft.event({ type: 'CallbackFailed', operationId, details: { Error: errorDetails(word.error) } });
  }
  rouse(draft);
}

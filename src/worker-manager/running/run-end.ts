import { InstanceLostError } from '../../model/errors.ts';
import type { InvocationOutcome } from '../../model/invocation.ts';

/** How one run of a ticket on a container ended. */
export type RunEnd =
  /** `reusable`: the container can take the next invocation; else it is to be killed, if it is not dead. */
  | { readonly kind: 'outcome'; readonly outcome: InvocationOutcome; readonly reusable: boolean }
  /** No outcome, and user code had begun or cannot be begun. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** Lost before user code began: it can be tried elsewhere; `otherwise` is what to say if that was tried already. */
  | { readonly kind: 'lost'; readonly instanceLost: boolean; readonly otherwise: RunEnd };

export function failed(error: unknown): RunEnd {
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Its instance died under it. */
export function lost(instanceId: string, requestId: string, functionName: string, cause: unknown): RunEnd {
  const message =
    `Instance ${instanceId} was lost while it ran request ${requestId}` +
    ` of function ${functionName}. The code may have run in part: invoke it again if that is safe.`;
  return { kind: 'failed', error: new InstanceLostError(message, { cause }) };
}

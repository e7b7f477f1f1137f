import type { InvocationOutcome } from '../model/invocation.ts';

/** How one run of a ticket on a container ended. */
export type ExecutionEnd =
  /** `reusable`: the container can take the next invocation; else it is to be killed, if it is not dead. */
  | { readonly kind: 'outcome'; readonly outcome: InvocationOutcome; readonly reusable: boolean }
  /** No outcome, and user code had begun or cannot be begun. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** Lost before user code began: it can be tried elsewhere; `otherwise` is what to say if that was tried already. */
  | { readonly kind: 'lost'; readonly instanceLost: boolean; readonly otherwise: ExecutionEnd };

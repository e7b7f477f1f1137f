import type { Execution } from '../../../model/executions/execution.ts';
import type { ExecutionCommit, ExecutionOperations } from '../../../store/durable/contracts/executions.ts';

/** What a change may keep and still be small: an error, a heartbeat, that something was too late. */
const smallBytes = 4_096;

/**
 * By which operation of the store a change is kept: which says whether it may use the space that is kept free for what is there to end. What begins
 * something may not, an invocation among it; what ends a step, a callback or a call, and keeps what came of it, may use half of that, lest it be done again; what ends
 * the execution may always.
 */
export function roomOf(
  before: Execution,
  { execution, children }: Pick<ExecutionCommit, 'execution' | 'children'>,
): Extract<keyof ExecutionOperations, 'commit' | 'extend' | 'proceed'> {
  if (execution.status !== 'RUNNING') return 'commit';
  const isInvoked = execution.phase === 'active' && before.phase !== 'active';
  if (isInvoked || execution.operations > before.operations || children.length > 0) return 'extend';
  return execution.bytes > before.bytes + smallBytes ? 'proceed' : 'commit';
}

import { deadlineOf, type Execution, type Wake } from '../../../model/executions/execution.ts';
import type { Operation } from '../../../model/executions/operation.ts';

const dayMs = 86_400_000;

/**
 * What has to be done for an execution next, and when: the whole of what stands in the index that wakes them. An invocation that runs is left
 * alone until the execution is out of time; one that has ended is forgotten when its days are over, once whoever waits for it was told.
 */
export function wakeOf(execution: Execution, open: Iterable<Operation>): Wake {
  if (execution.status !== 'RUNNING') return { at: forgottenAt(execution), task: 'tend' };
  const deadline: Wake = { at: deadlineOf(execution), task: 'tend' };
  if (execution.phase === 'active') return deadline;
  if (execution.phase === 'ready')
    return earlier({ at: execution.readyAt ?? execution.startedAt, task: 'invoke' }, deadline);
  return earlier({ at: Math.min(...[...open].map(dueOf)), task: 'tend' }, deadline);
}

/** When time changes an operation; never, for one that waits for somebody. */
export function dueOf({ dueAt = Number.POSITIVE_INFINITY, heartbeatAt = Number.POSITIVE_INFINITY }: Operation): number {
  return Math.min(dueAt, heartbeatAt);
}

function forgottenAt({ endedAt = 0, durable, parent, parentTold }: Execution): number {
  if (parent !== undefined && parentTold !== true) return endedAt;
  return endedAt + durable.retentionDays * dayMs;
}

function earlier(one: Wake, other: Wake): Wake {
  return one.at <= other.at ? one : other;
}

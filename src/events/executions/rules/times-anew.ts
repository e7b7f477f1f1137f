import type { Execution } from '../../../model/executions/execution.ts';
import type { Operation } from '../../../model/executions/operation.ts';
import type { Draft } from './execution-state.ts';
import { retryMsOf } from './invocation-end.ts';

/**
 * What follows for an execution from a clock that was put back: what happened later than now happened now, and what was to come so long after that still does.
 * Changes nothing where nothing is later than it can be; code that runs need not be told.
 */
export function timesAnew(draft: Draft): void {
  const { now, execution } = draft;
  const { startedAt, endedAt, readyAt } = execution;
  const latestReady = now + retryMsOf(execution.failures);
  const change: Partial<Execution> = {
    ...(startedAt > now && { startedAt: now }),
    ...(endedAt !== undefined && endedAt > now && { endedAt: now }),
    ...(readyAt !== undefined && readyAt > latestReady && { readyAt: latestReady }),
  };
  if (Object.keys(change).length > 0) draft.set(change);
  for (const operation of draft.open) {
    const anew = operationAnew(operation, now);
    if (anew !== undefined) draft.quietly(anew);
  }
}

/** Undefined where it stays as it is. */
function operationAnew(operation: Operation, now: number): Operation | undefined {
  const { startedAt, waitsSince = startedAt, dueAt, heartbeatAt, heartbeatSeconds = 0 } = operation;
  const heartbeatMax = now + heartbeatSeconds * 1_000;
  const lateMs = Math.max(0, waitsSince - now);
  const silent = heartbeatAt !== undefined && heartbeatAt > heartbeatMax;
  if (startedAt <= now && lateMs === 0 && !silent) return undefined;
  return {
    ...operation,
    startedAt: Math.min(startedAt, now),
    ...(operation.waitsSince !== undefined && { waitsSince: Math.min(waitsSince, now) }),
    ...(dueAt !== undefined && { dueAt: dueAt - lateMs }),
    ...(silent && { heartbeatAt: heartbeatMax }),
  };
}

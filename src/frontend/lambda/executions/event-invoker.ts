import { ApiError } from '../../../api/errors.ts';
import type { EventInvoker } from '../../../events/async/run-function.ts';
import type { Executions } from '../../../events/executions/engine.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import { startDurable } from './invoke-durable.ts';

/**
 * Runs functions for events: a durable one has run when its execution is on the disk, which goes on by itself. An event that is run again, because
 * the service died, finds the execution that it began, by its own name.
 */
export function eventInvoker(workerManager: Pick<WorkerManager, 'invoke'>, executions: Executions): EventInvoker {
  return {
    async invoke(invocation, gone) {
      if (invocation.function.durable === undefined) return await workerManager.invoke(invocation, gone);
      try {
        await startDurable(executions, invocation, 'Event', invocation.requestId);
      } catch (error) {
        // Begun before, by another version: the alias leads elsewhere now.
        if (!(error instanceof ApiError) || error.name !== 'DurableExecutionAlreadyStartedException') throw error;
      }
      return { result: { ok: true, payload: Buffer.from('null') } };
    },
  };
}

import { randomUUID } from 'node:crypto';
import { Executions } from '../../../events/executions/engine.ts';
import type { DurableStore } from '../../../store/durable/contracts/durable-store.ts';
import type { WorkerManager } from '../../../worker-manager/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { executionFunctions } from './functions.ts';

/** What {@link openExecutions} works with. */
export interface ExecutionsOptions extends Pick<FrontendOptions, 'store' | 'clock' | 'logger' | 'whyMissing'> {
  readonly workerManager: Pick<WorkerManager, 'invoke'>;
  readonly durableStore: DurableStore;
  readonly region: string;
}

/**
 * The durable executions of a service. In this room: the operations of AWS's API that are about them, what a function that runs asks
 * (`code-operations.ts`), what is shown (`reading-operations.ts`) and what is done to them (`steering-operations.ts`), loaded by `operations.ts`; and the way in for
 * invocations of durable functions (`invoke-durable.ts`).
 */
export function openExecutions(options: ExecutionsOptions): Executions {
  const { durableStore, workerManager, clock, logger } = options;
  return new Executions({
    store: durableStore.parts.executions,
    used: () => durableStore.used,
    functions: executionFunctions(options),
    workerManager,
    clock,
    logger,
    newId: randomUUID,
  });
}

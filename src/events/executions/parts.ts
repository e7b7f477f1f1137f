import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { ExecutionOperations } from '../../store/durable/contracts/executions.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { ChainedTarget } from './rules/chained.ts';
import type { NewId } from './rules/execution-state.ts';

/** Where executions find functions. */
export interface ExecutionFunctions {
  /**
   * The version that an execution goes on with; undefined where it is not there any more. Throws ResourceConflictException where it cannot run
   * yet, and whatever else may pass.
   */
  version(account: string, functionName: string, version: string): Promise<FunctionVersion | undefined>;
  /** What a function means that another one of this account invokes by this name. */
  chained(account: string, functionName: string, tenantId: string | undefined): Promise<ChainedTarget>;
}

/** What executions are made of. */
export interface ExecutionParts {
  readonly store: PartClient<ExecutionOperations>;
  /** Whether anything was ever kept. */
  readonly used: () => boolean;
  readonly functions: ExecutionFunctions;
  readonly workerManager: Pick<WorkerManager, 'invoke'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: NewId;
}

import type { WorkerManager } from '../../../worker-manager/contract.ts';
import type { ProvisionedConfig } from './provisioned.ts';

/** Provisioned concurrency as AWS shows it. */
export interface ProvisionedWire {
  readonly RequestedProvisionedConcurrentExecutions: number;
  readonly AvailableProvisionedConcurrentExecutions: number;
  readonly AllocatedProvisionedConcurrentExecutions: number;
  readonly Status: 'READY' | 'IN_PROGRESS' | 'FAILED';
  readonly StatusReason?: string;
  readonly LastModified: string;
}

/** As it is kept, and as far as it is. What is allocated here is initialised, and available. */
export function provisionedWire(
  { workerManager }: { readonly workerManager: Pick<WorkerManager, 'provisioned'> },
  { account, name }: { readonly account: string; readonly name: string },
  { qualifier, requested, modifiedAt }: ProvisionedConfig,
): ProvisionedWire {
  const state = workerManager.provisioned({ account, functionName: name, qualifier });
  const { available, status, why } = state ?? { available: 0, status: 'IN_PROGRESS', why: undefined };
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: available,
    Status: status,
    ...(why !== undefined && { StatusReason: why }),
    // As AWS writes it here: no milliseconds.
    LastModified: new Date(modifiedAt).toISOString().replace(/\.\d{3}Z$/, '+0000'),
  };
}

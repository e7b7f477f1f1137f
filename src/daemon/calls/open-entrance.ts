import { AccountGate } from '../../frontend/accounts/account-gate.ts';
import type { FrontendOptions } from '../../frontend/context.ts';
import type { PolicyBook } from '../../frontend/policies/policy-book.ts';
import { systemClock } from '../../model/clock.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { ClusteredService } from '../cluster/clustered-service.ts';
import type { Instances } from '../instances/open-instances.ts';
import type { Opening } from '../opening.ts';
import type { State } from '../state.ts';
import type { OpenedTraces } from '../traces.ts';
import { entrance } from './entrance.ts';
import type { OpenedWorkers } from './open-workers.ts';
import { openTriggers } from './triggers.ts';

/** What the entrance is opened with. */
export interface EntranceSurroundings {
  readonly state: State;
  readonly policies: PolicyBook;
  readonly instances: Instances;
  readonly traces: OpenedTraces;
  readonly here: OpenedWorkers;
  /** Absent where there is one host only. */
  readonly cluster: ClusteredService | undefined;
}

/** The worker manager, here or on many hosts, as all come to it. */
export interface OpenedEntrance {
  readonly workerManager: WorkerManager;
  /** Processors that threads may be spread over, where they are not this machine's alone. */
  readonly processors: (() => number) | undefined;
  readonly toFrontend: Pick<FrontendOptions, 'gate' | 'triggers' | 'workerManager'>;
}

/** Opens what stands before the workers: limits of accounts, policies, what follows notifications, and the choice of a host. */
export async function openEntrance(
  { settings, logger, undo }: Opening,
  { state, policies, instances, traces, here, cluster }: EntranceSurroundings,
): Promise<OpenedEntrance> {
  const { workers, outside, prediction, rates } = here;
  const { driver, kind, why } = instances;
  const { tracer } = traces.forSessions;
  const gate = new AccountGate(state.store.accounts, systemClock, rates);
  const triggers = await openTriggers(settings, systemClock, logger, undo, cluster);
  const local = { local: workers.manager, capabilities: driver.capabilities };
  const placed = cluster?.openPlacement(
    { ...local, functionMbMax: kind.shape.memoryMb, why, tracer },
    state.codeStore,
    undo,
  );
  const stand = { gate, policies, outside, triggers, prediction, tracer };
  const workerManager = entrance(placed?.manager ?? workers.manager, stand);
  return { workerManager, processors: placed?.processors, toFrontend: { gate, triggers, workerManager } };
}

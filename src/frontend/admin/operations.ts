import type { FrontendOptions } from '../context.ts';
import type { Operation } from '../routes/operation.ts';
import { accountOperations } from './accounts/account-operations.ts';
import { keyOperations } from './accounts/key-operations.ts';
import { getUsage } from './accounts/get-usage.ts';
import { dashboardOperations } from '../dashboard/operations.ts';
import { effectOperations } from '../effects/operations.ts';
import { predictionOperations } from '../prediction/operations.ts';
import type { SharedSwitches } from '../prediction/shared-switches.ts';
import { eventOperations } from './events.ts';
import { getCluster } from './cluster/get-cluster.ts';
import { getFunctionLogs } from './get-function-logs.ts';
import { getFunctionReadiness } from './get-function-readiness.ts';
import { getQueue, getQueues } from './get-queues.ts';
import { getSources } from './get-sources.ts';
import { getSnapshot } from './get-snapshot.ts';
import { lifeOperations } from './cluster/life-operations.ts';
import { moveOperations } from '../moves/operations.ts';
import { objectsOperations } from './objects/operations.ts';
import { auxiliaryOperations } from './auxiliary/operations.ts';
import { secretOperations } from './secrets/operations.ts';
import { traceOperations } from '../traces/operations.ts';
import { giveHint } from '../hints/hint-operation.ts';
import { triggerOperations } from '../triggers/operations.ts';
import { listExecutions } from './list-executions.ts';
import { policyOperations } from '../policies/operations.ts';
import { getStatus } from './get-status.ts';

/** What the service says of itself, for the CLI and the dashboard. `stopping` ends what would go on for ever. */
export function adminOperations(
  options: FrontendOptions & { readonly switches: SharedSwitches | undefined },
  stopping: AbortSignal,
): readonly Operation[] {
  return [
    getSnapshot(options),
    getCluster(options),
    getQueues(options),
    getQueue(options),
    getSources(options),
    getFunctionLogs(options, stopping),
    getFunctionReadiness(options),
    getStatus(options),
    ...traceOperations(options),
    getUsage(options),
    giveHint(options),
    ...triggerOperations(options),
    ...effectOperations(options),
    ...predictionOperations(options),
    ...eventOperations(options),
    listExecutions(options),
    ...objectsOperations(options),
    ...secretOperations(options),
    ...auxiliaryOperations(options),
    ...lifeOperations(options),
    ...moveOperations(options),
    ...policyOperations(options),
    ...accountOperations(options),
    ...keyOperations(options),
    ...(options.dashboard === undefined ? [] : dashboardOperations(options, stopping)),
  ];
}

import { join } from 'node:path';
import type { FrontendOptions } from '../frontend/context.ts';
import { Objects } from '../frontend/objects.ts';
import { boundDeployments } from '../frontend/policies/bound-deployments.ts';
import type { openPolicies } from '../frontend/policies/open-policies.ts';
import { EndedNodes } from '../image/node/ended-nodes.ts';
import type { InstanceDriver } from '../instance/contract.ts';
import { systemClock } from '../model/clock.ts';
import { replaceCredentials } from '../store/credentials.ts';
import { about } from './about.ts';
import type { OpenedEntrance } from './calls/open-entrance.ts';
import type { OpenedWorkers } from './calls/open-workers.ts';
import type { OpenedClients } from './clients.ts';
import type { ClusteredService } from './cluster/clustered-service.ts';
import { deployments } from './deployments.ts';
import type { Instances } from './instances/open-instances.ts';
import type { Opening } from './opening.ts';
import { boundsOf } from './policies.ts';
import type { OpenedTraces } from './traces.ts';

/** All that was opened of a service, which its frontend shows. */
export interface OpenedParts {
  readonly bounds: ReturnType<typeof openPolicies>;
  readonly instances: Instances;
  readonly traces: OpenedTraces;
  readonly here: OpenedWorkers;
  readonly entrance: OpenedEntrance;
  readonly clients: OpenedClients;
  /** Absent where there is one host only. */
  readonly cluster: ClusteredService | undefined;
  /** All that there are, the used one among them. */
  readonly drivers: readonly InstanceDriver[];
}

/** What the frontend is made with: what each part gives it, and what it has of the home itself. */
export function frontOf(opening: Opening, opened: OpenedParts): FrontendOptions {
  const { settings, logger, signal: stopping } = opening;
  const { bounds, instances, traces, here, entrance, clients, cluster, drivers } = opened;
  const { workers, outside, usage, prediction, compiled } = here;
  const { home, cache, memoryMb, provisionedSchedule } = settings;
  const nodes = new EndedNodes(join(cache, 'guest'), (line) => logger.warn(line), stopping);
  const kept = { why: instances.why, compiled, nodes, prediction, stopping };
  const snapshot: () => ReturnType<typeof workers.manager.snapshot> = () => workers.manager.snapshot();
  return {
    ...clients.toFrontend,
    ...entrance.toFrontend,
    ...here.toFrontend,
    ...instances.toFrontend,
    ...boundsOf(bounds, outside, stopping),
    ...boundDeployments(deployments(workers, kept), bounds.policies),
    ...cluster?.toFrontend({ ...traces.shown, snapshot, usage, memoryMb }),
    ...traces.shown,
    ...about(instances.driver, drivers, settings),
    objects: new Objects({ folder: join(home, 'objects'), clock: systemClock, logger }),
    replaceOwnKey: (before, key) => replaceCredentials(home, before, key),
    provisionedSchedule,
    settings,
    stopping,
    clock: systemClock,
    logger,
  };
}

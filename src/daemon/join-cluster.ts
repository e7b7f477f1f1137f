import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Settings } from '../model/functions/settings.ts';
import { releaseOf } from './about.ts';
import type { ClusteredService } from './cluster/clustered-service.ts';

/** A service's part in a cluster. */
export interface JoinedCluster {
  /** Undefined: it belongs to none, and has loaded nothing of it. */
  readonly cluster: ClusteredService | undefined;
  /** Resolves, with why, when another process is the host that this one was. */
  readonly displaced: Promise<Error>;
  /** Fires when the cluster's NATS servers answer, where they did not at the start: it should be started again, to join. Absent where it has. */
  readonly back: AbortSignal | undefined;
}

/** Joins the cluster that the settings name, if they name one; waits for its NATS servers until `signal` fires. */
export async function joinCluster(
  settings: Settings,
  logger: Logger,
  signal: AbortSignal,
  undo: AsyncDisposableStack,
): Promise<JoinedCluster> {
  const { promise: displaced, resolve: onDisplaced } = Promise.withResolvers<Error>();
  const { cluster, home } = settings;
  if (cluster === undefined) return { cluster: undefined, displaced, back: undefined };
  const { openCluster } = await import('./cluster/open-cluster.ts');
  const { ClusteredService } = await import('./cluster/clustered-service.ts');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const surroundings = { settings: cluster, home, release: releaseOf(), logger, onDisplaced, signal };
  const opened = await openCluster(surroundings, undo);
  return {
    cluster: new ClusteredService({ ...settings, cluster }, opened, logger),
    displaced,
    back: opened.alone?.back,
  };
}

import { keptHosts } from '../../cluster/alone/kept-hosts.ts';
import { openAlone } from './open-alone.ts';
import { type ClusterSurroundings, type OpenedCluster, openJoined } from './open-joined.ts';

/** A host that was in the cluster before serves what it knows where NATS has not let it in for so long, ms. Longer than it takes NATS to elect, on a machine that is busy. */
const aloneAfterMs = 15_000;

/**
 * Opens a host's part in its cluster: waits for the NATS servers until `signal` fires, or, where it was in the cluster before, for a while, and goes on without them then. When `undo` is disposed of,
 * nothing of it is left.
 */
export async function openCluster(
  surroundings: ClusterSurroundings,
  undo: AsyncDisposableStack,
): Promise<OpenedCluster> {
  const { settings, home, logger, signal } = surroundings;
  const known = await keptHosts(home);
  if (known.length === 0) return await openJoined(surroundings, undo);
  await using attempt = new AsyncDisposableStack();
  const late = AbortSignal.timeout(aloneAfterMs);
  try {
    const joined = await openJoined({ ...surroundings, signal: AbortSignal.any([signal, late]) }, attempt);
    undo.use(attempt.move());
    return joined;
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    logger.warn(
      { servers: settings.servers },
      'The NATS servers of the cluster do not answer: this host serves what it knows until they do.',
    );
  }
  await attempt.disposeAsync();
  return await openAlone({ ...surroundings, known }, undo);
}

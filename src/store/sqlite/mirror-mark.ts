import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Says in a home that what lies there is a cluster's, and since when. */
export const mirrorMark = 'cluster.json';

/**
 * Throws where a home has been a cluster's: what a service of its own would change there, the cluster would never know, and what the cluster has changed since, it
 * would not.
 */
export function refuseMirror(home: string): void {
  const mark = join(home, mirrorMark);
  if (!existsSync(mark)) return;
  throw new Error(
    `${home} belongs to a cluster. Start it with --cluster (HEDDLE_CLUSTER); or, for a service of its own that goes on with what is there and never joins ` +
      `that cluster again, remove ${mark}.`,
  );
}

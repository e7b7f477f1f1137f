/** Builds of esbuild's that run in this thread. */
let running = 0;

/**
 * Runs a build of esbuild's. All of a thread share one process of it, and ending that leaves the others without an answer, for ever: whoever
 * wants it ended gives that as `atLast`, which is called if no other build runs then.
 */
export async function countedBuild<Built>(build: () => Promise<Built>, atLast?: () => Promise<void>): Promise<Built> {
  running += 1;
  try {
    return await build();
  } finally {
    running -= 1;
    if (running === 0) await atLast?.();
  }
}

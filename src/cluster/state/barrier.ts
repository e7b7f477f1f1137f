/**
 * Runs something for several who ask for it at once: for each, it begins after he asked. Whoever comes while it runs waits for the next time, which is one for all of
 * them.
 */
export function sharedRuns(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  return function ask(): Promise<void> {
    if (running === undefined) {
      running = run().finally(() => (running = undefined));
      return running;
    }
    next ??= running.then(() => {
      next = undefined;
      return ask();
    });
    return next;
  };
}

import type { WarmingPool } from '../warming-pool/warming-pool.ts';

/** Fires when a start is given up, and when all ends. */
export function cancelWith(signal: AbortSignal | undefined, undo: AsyncDisposableStack): AbortController {
  const cancel = new AbortController();
  undo.defer(() => cancel.abort());
  signal?.addEventListener('abort', () => cancel.abort(), { once: true });
  return cancel;
}

/** Ends everything, however often it is asked to. */
export function stopOnce(running: AsyncDisposableStack): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= running.disposeAsync());
}

/** Fills the warming pool, once what its instances are made of is there, and waits for what else has to be. Rejects where that cannot be had. */
export function filled(
  prepare: () => Promise<void>,
  warming: WarmingPool,
  others: Promise<void> | undefined,
): Promise<void> {
  const ready = (async () => {
    await prepare();
    warming.start();
    await Promise.all([warming.ready(), others]);
  })();
  // Who waits for it is told; who does not must not be ended by it.
  ready.catch(() => undefined);
  return ready;
}

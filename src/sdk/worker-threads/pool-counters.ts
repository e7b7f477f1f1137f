/**
 * Piscina and tinypool start each of their workers with a message that always has a `sharedBuffer`: two counters, by which they
 * wake each other with `Atomics`. Where the same message says that they are not to (`atomics: 'disabled'`, `useAtomics: false`) nobody waits on them
 * and nobody reads the other's; each end gets counters of its own, because shared ones could not be sent.
 */
export function withoutPoolCounters(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('sharedBuffer' in message)) return message;
  const { sharedBuffer, atomics, useAtomics }: { sharedBuffer: unknown; atomics?: unknown; useAtomics?: unknown } =
    message;
  const off = atomics === 'disabled' || useAtomics === false;
  if (!off || !(sharedBuffer instanceof Int32Array)) return message;
  return { ...message, sharedBuffer: new Int32Array(sharedBuffer.length) };
}

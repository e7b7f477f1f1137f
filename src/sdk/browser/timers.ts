/** Resolves after so many milliseconds; rejects with its reason when `signal` fires before. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  await promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  });
}

/** Calls after so many milliseconds, if the page is still there then. */
export function later(ms: number, action: () => void): void {
  setTimeout(action, ms);
}

/** A page does not know when it ends: nothing is called. */
export function atProgramEnd(_action: () => void): void {}

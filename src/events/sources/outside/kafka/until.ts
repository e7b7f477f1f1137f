/** Rejects with the reason of `signal` as soon as that fires. */
export async function until(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const over = (): void => reject(signal.reason);
  signal.addEventListener('abort', over);
  if (signal.aborted) over();
  // What comes after that is of no interest.
  work.catch(() => undefined);
  await Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', over));
}

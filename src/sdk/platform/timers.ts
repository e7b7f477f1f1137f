import { setTimeout as wait } from 'node:timers/promises';

/** Resolves after so many milliseconds; rejects with its reason when `signal` fires before. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
}

/** Calls after so many milliseconds, if the program is still there then: it does not stay for this. */
export function later(ms: number, action: () => void): void {
  setTimeout(action, ms).unref();
}

/** Calls when the program ends, however that comes about by itself. */
export function atProgramEnd(action: () => void): void {
  process.once('exit', action);
}

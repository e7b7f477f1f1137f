import { setTimeout as wait } from 'node:timers/promises';

/** Resolves after so many milliseconds. */
export async function pause(ms: number): Promise<void> {
  await wait(ms);
}

/** Calls after so many milliseconds, if the program is still there then: it does not stay for this. */
export function later(ms: number, action: () => void): void {
  setTimeout(action, ms).unref();
}

import type { ThreadEnd } from './session-messages.ts';

/** What is said to be thrown where a thread is lost because its host is: the service is there, and the thread may run again where it can bear that. */
export const hostLostType = 'HostLostError';

/** The end of a thread of which nothing more is known. */
export function endLost(message: string): ThreadEnd {
  const thrown = { type: 'Error', message, trace: [] };
  return { durationMs: 0, cpuMs: 0, memoryPeakMb: 0, logTail: '', ok: false, kind: 'lost', thrown };
}

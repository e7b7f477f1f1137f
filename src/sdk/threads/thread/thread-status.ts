import type { ClientSession } from '../session/client-session.ts';

/** What the service knows of a thread. */
export interface ThreadStatus {
  readonly state: 'queued' | 'running' | 'paused' | 'ended' | 'unknown';
  readonly name: string;
  readonly ageMs: number;
}

/** Asks the service. */
export async function threadStatus(session: ClientSession, id: string): Promise<ThreadStatus> {
  const answer: unknown = await session.ask({ about: 'thread', thread: id });
  const fields: Readonly<Record<string, unknown>> = typeof answer === 'object' && answer !== null ? { ...answer } : {};
  const state =
    (['queued', 'running', 'paused', 'ended'] as const).find((known) => known === fields['state']) ?? 'unknown';
  return { state, name: typeof fields['name'] === 'string' ? fields['name'] : '', ageMs: Number(fields['ageMs'] ?? 0) };
}

import { randomUUID } from '../../platform/identity.ts';
import type { ClientSession } from '../session/client-session.ts';
import { ThreadRun } from './thread-run.ts';
import type { BeginRun } from './thread-tries.ts';

/** Where a thread stands still. */
export interface PausedThread {
  readonly instanceId: string;
  /** Nothing of it is in memory, or it is stopped there. */
  readonly to: 'disk' | 'memory';
  /** What it takes on the disk. */
  readonly bytes: number;
  /** How long it may stay so before it is ended, ms. */
  readonly leftMs: number;
}

/** See `Thread.pause`. */
export async function pauseThread(session: ClientSession, thread: string): Promise<PausedThread> {
  const answer: unknown = await session.ask({ about: 'move', thread, move: 'pause' });
  const fields: Readonly<Record<string, unknown>> = typeof answer === 'object' && answer !== null ? { ...answer } : {};
  return {
    instanceId: String(fields['instanceId']),
    to: fields['to'] === 'memory' ? 'memory' : 'disk',
    bytes: Number(fields['bytes']),
    leftMs: Number(fields['leftMs']),
  };
}

/** See `Thread.resume`. */
export async function resumeThread(session: ClientSession, thread: string): Promise<void> {
  await session.ask({ about: 'move', thread, move: 'resume' });
}

/**
 * Forks a thread; `make` makes what its user holds of a fork, which listens before there is one. Rejects where it cannot be forked; then those that were made reject,
 * too, and nobody has them.
 */
export async function forkThread<Made>(
  session: ClientSession,
  thread: string,
  count: number,
  make: (id: string, begin: BeginRun, forkIndex: number) => Made,
): Promise<readonly Made[]> {
  const forks = Array.from({ length: count }, () => randomUUID());
  const forked = Promise.withResolvers<void>();
  forked.promise.catch(() => undefined); // told below
  const listening: ThreadRun[] = [];
  const beginning =
    (id: string): BeginRun =>
    async (own, events) => {
      const run = new ThreadRun(own, events, 1, id);
      // It may say something as soon as it is a fork.
      own.listen(id, run);
      listening.push(run);
      if (listening.length === count)
        session.ask({ about: 'fork', thread, forks }).then(() => forked.resolve(), forked.reject);
      await forked.promise;
      run.out.opened();
      return run;
    };
  const made = forks.map((id, index) => make(id, beginning(id), index + 1));
  try {
    await forked.promise;
    return made;
  } catch (error) {
    for (const { id } of listening) session.forget(id);
    throw error;
  }
}

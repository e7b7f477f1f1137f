import type { Lease } from '../../cluster/contract.ts';
import type { EventParts } from '../../frontend/events.ts';
import { StoppingError } from '../../model/errors.ts';

/**
 * What events of a shard act with outside of its store, only for as long as this host is its home: a host that stood still finds that it is not before it runs or sends anything, whatever
 * timers fire first. While its lease is suspended what is to begin waits, and is no attempt that failed.
 */
export function onlyWhileHome<Parts extends Pick<EventParts, 'workerManager' | 'poster' | 'clock'>>(
  parts: Parts,
  lease: Lease,
): Parts {
  const { workerManager, poster, clock } = parts;
  const whileHome = async (signal?: AbortSignal): Promise<void> => {
    if (!(await settledUnless(lease, signal)))
      throw new StoppingError('This host is no longer the home of this account.');
  };
  return {
    ...parts,
    workerManager: {
      invoke: async (invocation, signal) => {
        if (lease.valid) return await workerManager.invoke(invocation, signal);
        await whileHome(signal);
        // What it waited here is no part of how it starts.
        return await workerManager.invoke({ ...invocation, receivedAt: clock.now() }, signal);
      },
    },
    poster: {
      within: async (...post) => {
        await whileHome();
        return await poster.within(...post);
      },
      freely: async (post) => {
        await whileHome();
        return await poster.freely(post);
      },
    },
  };
}

/** Rejects as the signal says when that fires first. */
async function settledUnless(lease: Lease, signal: AbortSignal | undefined): Promise<boolean> {
  signal?.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const gone = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', gone, { once: true });
  try {
    return await Promise.race([lease.settled(), promise]);
  } finally {
    signal?.removeEventListener('abort', gone);
  }
}

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { OpenPrograms } from '../frontend/threads/programs.ts';
import type { PolicyBook } from '../frontend/policies/policy-book.ts';
import type { ThreadCluster } from '../frontend/threads/thread-cluster.ts';
import { ThreadService } from '../frontend/threads/thread-service.ts';
import { ThreadSessions } from '../frontend/threads/sessions.ts';
import { systemClock } from '../model/clock.ts';
import type { Settings } from '../model/functions/settings.ts';
import type { CodeStore, ThreadEndStore } from '../store/contract.ts';
import { openThreadEndStore } from '../store/thread-ends.ts';
import type { ThreadBook } from '../traces/threads/thread-book.ts';
import type { Tracer } from '../traces/tracer.ts';
import type { WorkerManager } from '../worker-manager/contract.ts';

/** Clients' sessions for threads, until `undo` ends them. `directChannels`, `ownKernel`: what the driver has. */
export function openSessions(
  settings: Pick<Settings, 'home' | 'region' | 'threadKeepMs'>,
  parts: {
    readonly codeStore: CodeStore;
    readonly workerManager: WorkerManager;
    readonly policies: PolicyBook;
    readonly directChannels: boolean;
    readonly ownKernel: boolean;
    readonly programs?: OpenPrograms | undefined;
    /** Of a cluster. */
    readonly cluster?: ThreadCluster | undefined;
    readonly threadEnds?: ThreadEndStore | undefined;
    /** Where it is kept what happens to threads. */
    readonly book: ThreadBook;
    /** Absent where no traces are exported. */
    readonly tracer: Tracer | undefined;
    /** Processors that threads may be spread over, where they are not this machine's alone. */
    readonly processors?: (() => number) | undefined;
  },
  logger: Logger,
  undo: AsyncDisposableStack,
): ThreadSessions {
  const threadEnds =
    parts.threadEnds ??
    openThreadEndStore({
      folder: join(settings.home, 'threads'),
      clock: systemClock,
      keepMs: settings.threadKeepMs,
    });
  const cores = availableParallelism();
  const service = new ThreadService({
    ...parts,
    threadEnds,
    onUnkept: (err: unknown) => logger.error({ err }, 'The end of a detached thread could not be kept.'),
    region: settings.region,
    clock: systemClock,
    get processors() {
      return parts.processors?.() ?? cores;
    },
  });
  const sessions = new ThreadSessions(service);
  undo.defer(async () => {
    sessions.stop();
    await sessions.settled();
  });
  return sessions;
}

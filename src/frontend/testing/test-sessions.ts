import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { CodeStore } from '../../store/contract.ts';
import { openThreadEndStore } from '../../store/thread-ends.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { PolicyBook } from '../policies/policy-book.ts';
import { ThreadSessions } from '../threads/sessions.ts';
import { ThreadService } from '../threads/thread-service.ts';

/** Sessions for threads on whatever worker manager a test has. */
export function testSessions(
  home: string,
  codeStore: CodeStore,
  workerManager: WorkerManager,
  policies?: PolicyBook,
  clock: Clock = systemClock,
): ThreadSessions {
  const threadEnds = openThreadEndStore({ folder: join(home, 'threads'), clock, keepMs: 60_000 });
  const region = 'eu-west-1';
  const onUnkept = (error: unknown): void => assert.fail(String(error));
  const batching = { directChannels: true, ownKernel: true, processors: 2 };
  return new ThreadSessions(
    new ThreadService({
      codeStore,
      threadEnds,
      onUnkept,
      workerManager,
      policies,
      region,
      clock,
      ...batching,
    }),
  );
}

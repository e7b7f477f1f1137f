import type { FrontendOptions } from '../frontend/context.ts';
import type { ThreadSessions } from '../frontend/threads/sessions.ts';
import type { PolicyBook } from '../frontend/policies/policy-book.ts';
import type { OpenedEntrance } from './calls/open-entrance.ts';
import type { OpenedWorkers } from './calls/open-workers.ts';
import type { ClusteredService } from './cluster/clustered-service.ts';
import { openServiceEvents } from './events.ts';
import type { Instances } from './instances/open-instances.ts';
import type { Opening } from './opening.ts';
import { openSessions } from './sessions.ts';
import type { State } from './state.ts';
import type { OpenedTraces } from './traces.ts';

/** What clients are served with. */
export interface ClientSurroundings {
  readonly state: State;
  readonly policies: PolicyBook;
  readonly instances: Instances;
  readonly traces: OpenedTraces;
  readonly here: OpenedWorkers;
  readonly entrance: OpenedEntrance;
  /** Absent where there is one host only. */
  readonly cluster: ClusteredService | undefined;
}

/** What clients have beyond single calls: what is done later, and sessions of threads. */
export interface OpenedClients {
  readonly sessions: ThreadSessions;
  readonly toFrontend: Pick<FrontendOptions, 'codeStore' | 'effects' | 'events' | 'logs' | 'ownAccount' | 'sessions'>;
}

/** Opens events and sessions. Both end before what they ask for calls. */
export function openClients(
  { settings, logger, embedded, undo }: Opening,
  { state, policies, instances, traces, here, entrance, cluster }: ClientSurroundings,
): OpenedClients {
  const { store, codeStore, account } = state;
  const { workerManager, processors } = entrance;
  const logs = cluster?.openLogs(state.logs) ?? state.logs;
  const kept = { store, codeStore, logs, account, policies, workerManager };
  const { outside, prediction } = here;
  const later = openServiceEvents(
    settings,
    { ...kept, outside, prediction, why: instances.why, logger },
    undo,
    cluster?.eventsKept,
  );
  const { directChannels = false, ownKernel } = instances.driver.capabilities;
  const sessions = openSessions(
    settings,
    {
      codeStore,
      workerManager,
      policies,
      directChannels,
      ownKernel,
      // A service in a program's process keeps nothing that outlives that.
      programs: embedded ? undefined : async (of) => (await later.events.of(of).open()).executions.programs,
      ...cluster?.openThreads(undo),
      ...traces.forSessions,
      processors,
    },
    logger,
    undo,
  );
  cluster?.serveSessions(sessions);
  return { sessions, toFrontend: { ...later, codeStore, logs, ownAccount: account, sessions } };
}

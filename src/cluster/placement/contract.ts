import type { Caller } from '../../model/invocations/caller.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { Outlook, WorkerManager } from '../../worker-manager/contract.ts';
import type { HostId } from '../contract.ts';

/** Runs an invocation on another host, by one hop: who gets it there runs it there. */
export interface RunElsewhere {
  /**
   * As `WorkerManager.invoke`. What it throws is what the other host's worker manager threw; where the host did not answer, or was lost before user code
   * began, NotBegunError; after that, InstanceLostError.
   */
  invoke(host: HostId, invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome>;
}

/** The worker manager of this host, as others need it. */
export type LocalManager = WorkerManager & {
  readonly outlook: Outlook;
  calledElsewhere(caller: Caller, invocation: Invocation, outcome: Promise<unknown>): void;
};

/** Asks other hosts for what is not an invocation. */
export interface AskOthers {
  call(host: HostId, method: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
}

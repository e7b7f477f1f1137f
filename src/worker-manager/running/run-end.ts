import type { ContainerExit } from '../../instance/guest.ts';
import { ContainerLostError, InstanceLostError } from '../../model/errors.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { Ticket } from '../queue/ticket.ts';

/** How one run of a ticket on a container ended. */
export type RunEnd =
  /**
   * `reusable`: the container can take the next invocation; else it is to be killed, if it is not dead. `rested`: only when this has
   * resolved; see `RuntimeAnswer`.
   */
  | {
      readonly kind: 'outcome';
      readonly outcome: InvocationOutcome;
      readonly reusable: boolean;
      readonly rested?: Promise<void>;
    }
  /** No outcome, and user code had begun or cannot be begun. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** Lost before user code began: it can be tried elsewhere; `otherwise` is what to say if that was tried already. */
  | { readonly kind: 'lost'; readonly instanceLost: boolean; readonly otherwise: RunEnd };

export function failed(error: unknown): RunEnd {
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

/** What is lost with a container or its instance. */
interface LostRun {
  readonly ticket: Ticket;
  readonly container: ActiveContainer;
}

/** How it ended where its own code had no part in that; undefined where it had. `begun`: its code had. */
export function lostWith(
  { reason }: ContainerExit,
  { ticket, container }: LostRun,
  begun: boolean,
  cause: unknown,
): RunEnd | undefined {
  const { requestId, function: fn, watcher } = ticket.invocation;
  if (reason === 'instance-lost' || reason === 'killed') {
    const message =
      `Instance ${container.instance.guest.id} was lost while it ran request ${requestId}` +
      ` of function ${fn.name}. The code may have run in part: invoke it again if that is safe.`;
    return failed(new InstanceLostError(message, { cause }));
  }
  // One that none has run in may end for what the thread itself asks for: that says why.
  if (begun || watcher === undefined || container.invocations === 0) return undefined;
  const message = `The container ${container.guest.id} ended by what others left in it, before the thread ${requestId} began there.`;
  return failed(new ContainerLostError(message, { cause }));
}

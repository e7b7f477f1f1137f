import type { WorkerManager } from '../../worker-manager/contract.ts';
import { asNoRoom, type AccountGate } from './account-gate.ts';

/**
 * A worker manager that begins no more of an account in a second than that may ask for, whichever way it came. Requests beyond it are refused;
 * threads wait, as they do where there is no capacity; but one whose starter holds a container is told at once that there is no room.
 */
export function limitedByAccount(manager: WorkerManager, gate: AccountGate): WorkerManager {
  return {
    // No `async`: on the path of every invocation each promise counts.
    invoke(invocation, signal) {
      const { function: fn, nested, watcher } = invocation;
      const waits = watcher !== undefined && nested !== true;
      if (waits && !gate.entersNow(fn.account))
        return gate.whenFree(fn.account, signal).then(() => manager.invoke(invocation, signal));
      const refused = (error: unknown): Promise<never> => Promise.reject(nested === true ? asNoRoom(error) : error);
      try {
        const letIn = waits ? undefined : gate.request(fn.account);
        if (letIn !== undefined) return letIn.then(() => manager.invoke(invocation, signal), refused);
      } catch (error) {
        return refused(error);
      }
      return manager.invoke(invocation, signal);
    },
    refusal: (fn) => manager.refusal(fn),
    useOf: (account) => manager.useOf(account),
    limitsChanged: (account) => manager.limitsChanged(account),
    prepare: (expectation) => manager.prepare(expectation),
    reserve: (...which) => manager.reserve(...which),
    provision: (...which) => manager.provision(...which),
    provisioned: (...which) => manager.provisioned(...which),
    retire: (...which) => manager.retire(...which),
    removed: (...which) => manager.removed(...which),
    portionsEnded: (...which) => manager.portionsEnded(...which),
    readiness: (fn) => manager.readiness(fn),
    ...(manager.moves === undefined ? {} : { moves: manager.moves }),
    snapshot: () => manager.snapshot(),
    stop: (deadlineMs) => manager.stop(deadlineMs),
  };
}

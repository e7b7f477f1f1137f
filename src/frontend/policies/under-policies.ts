import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { PolicyBook } from './policy-book.ts';

/**
 * A worker manager that runs everything as its policies bound it, whichever way it came, and prepares it so. `gone`: a function is, and what its
 * code was handed must be good for nothing.
 */
export function underPolicies(
  manager: WorkerManager,
  policies: PolicyBook,
  gone: (account: string, functionName: string) => void = () => undefined,
): WorkerManager {
  return {
    // No `async`: on the path of every invocation each promise counts.
    invoke(invocation, signal) {
      const { function: fn, policy } = invocation;
      let bound;
      try {
        bound = policies.bound(fn, policy);
      } catch (error) {
        return Promise.reject(error);
      }
      return manager.invoke(bound === fn ? invocation : { ...invocation, function: bound }, signal);
    },
    refusal: (fn) => manager.refusal(policies.bound(fn)),
    readiness: (fn) => manager.readiness(policies.bound(fn)),
    provision: (key, parts) =>
      manager.provision(
        key,
        parts.map((part) => ({ ...part, function: policies.bound(part.function) })),
      ),
    prepare: (expectation) => manager.prepare({ ...expectation, function: policies.bound(expectation.function) }),
    useOf: (account) => manager.useOf(account),
    limitsChanged: (account) => manager.limitsChanged(account),
    reserve: (...which) => manager.reserve(...which),
    provisioned: (...which) => manager.provisioned(...which),
    portionsEnded: (...which) => manager.portionsEnded(...which),
    retire: (...which) => manager.retire(...which),
    removed(account, functionName, version) {
      if (version === undefined) gone(account, functionName);
      manager.removed(account, functionName, version);
    },
    ...(manager.moves === undefined ? {} : { moves: manager.moves }),
    snapshot: () => manager.snapshot(),
    stop: (deadlineMs) => manager.stop(deadlineMs),
  };
}

import type { AccountGate } from '../../frontend/accounts/account-gate.ts';
import { limitedByAccount } from '../../frontend/accounts/limited-worker-manager.ts';
import type { PolicyBook } from '../../frontend/policies/policy-book.ts';
import { underPolicies } from '../../frontend/policies/under-policies.ts';
import type { TriggerWatch } from '../../frontend/triggers/trigger-watch.ts';
import type { Prediction } from '../../prediction/prediction.ts';
import { tracedInvoke } from '../../traces/traced-worker-manager.ts';
import type { Tracer } from '../../traces/tracer.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { Outside } from '../egress.ts';

/** Who stands before the worker manager. */
export interface EntranceParts {
  readonly gate: AccountGate;
  readonly policies: PolicyBook;
  readonly outside: Pick<Outside, 'revoke'>;
  readonly triggers: TriggerWatch;
  readonly prediction: Pick<Prediction, 'removed'>;
  /** Absent where no traces are exported. */
  readonly tracer: Tracer | undefined;
}

/** The worker manager as all come to it: within the limits of accounts, bound by policies, and seen by who learns from what is called. */
export function entrance(
  manager: WorkerManager,
  { gate, policies, outside, triggers, prediction, tracer }: EntranceParts,
): WorkerManager {
  const limited = limitedByAccount(manager, gate);
  const bound = underPolicies(
    limited,
    policies,
    (account, functionName) => void outside.revoke({ account, functionName }),
  );
  const watched = triggers.watched(bound);
  return {
    ...watched,
    ...(tracer !== undefined && {
      invoke: tracedInvoke((invocation, signal) => watched.invoke(invocation, signal), tracer),
    }),
    removed: (account, name, version) => {
      watched.removed(account, name, version);
      if (version === undefined) prediction.removed(account, name);
    },
  };
}

import type { ExecutionCounts } from '../../store/durable/contracts/executions.ts';

/** What is known of durable executions, of one account or of all. */
export interface ExecutionTotals extends ExecutionCounts {
  /** Invocations of them that run, of all accounts. */
  readonly invoking: number;
  /** Ends since the service started, of all accounts, by status. */
  readonly ended: Readonly<Record<string, number>>;
}

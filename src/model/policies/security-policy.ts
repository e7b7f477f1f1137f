/** One thing that a policy says of operations, as IAM says it. */
export interface ServiceStatement {
  readonly effect: 'Allow' | 'Deny';
  /** `lambda:InvokeFunction`, `sqs:*`; in any case. */
  readonly actions: readonly string[];
  /** ARNs, with `*` and `?`. */
  readonly resources: readonly string[];
}

/** Statements that belong together: what none of them allows is not allowed, and what one denies is denied. */
export type ServiceRules = readonly ServiceStatement[];

/**
 * What code may do, in its plainest form: two that say the same are equal. What is left out is not bounded by it. Only `src/policies` makes one.
 */
export interface SecurityPolicy {
  /** What may be connected to, by `egress/policy/parse.ts`: each of them has to allow it. */
  readonly egress?: readonly string[];
  /** At most, MiB. */
  readonly memoryMb?: number;
  /** At most, milliseconds. */
  readonly timeoutMs?: number;
  /** Names of the variables that are there, `*` at an end for any end. */
  readonly env?: readonly string[];
  /** Names of the secrets that are there, in the same form. */
  readonly secrets?: readonly string[];
  /** Which operations of this service: each of them has to allow it. */
  readonly services?: readonly ServiceRules[];
  /** Code of strangers: it can neither start threads nor call the service. */
  readonly apart?: true;
}

/** As whom somebody acts who has a role: as AWS says it, `assumed-role/ROLE/SESSION`. */
export interface RolePrincipal {
  readonly role: string;
  readonly session: string;
}

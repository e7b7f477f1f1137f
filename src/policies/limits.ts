/** Limits of policies and roles. Those of IAM where it has one. */
export const policyLimits = {
  /** Policies of an account, and roles. */
  policiesMax: 1_000,
  rolesMax: 1_000,
  /** A policy as JSON. */
  documentBytesMax: 6_144,
  /** One that a request carries itself. */
  requestUnitsMax: 2_048,
  nameUnitsMax: 64,
  descriptionUnitsMax: 1_000,
  namesMax: 200,
  statementsMax: 50,
  /** Actions or resources of a statement. */
  patternsMax: 100,
  patternUnitsMax: 512,
  /** Policies that hold together, of what a function has, its role, a request, and all who started it. */
  togetherMax: 16,
  /** Policies that one function, role or request names. */
  attachedMax: 10,
} as const;
